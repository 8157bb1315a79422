using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Benchmarks;

/// <summary>What is measured on: text like small JSON documents, the same at every run.</summary>
internal static class Samples
{
    /// <summary>The time of every record.</summary>
    public const long TimestampMs = 1_800_000_000_000;

    private const string Letters = "{\"id\":0123456789,\"name\":\"abcdefghijklmnopqrstuvwxyz \"}";

    /// <summary>Text that doesn't repeat.</summary>
    public static byte[] Text(int bytes)
    {
        var text = new byte[bytes];
        var letters = Encoding.ASCII.GetBytes(Letters);
        var state = 2463534242u;
        for (var i = 0; i < bytes; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            text[i] = letters[state % letters.Length];
        }

        return text;
    }

    /// <summary>Documents that share their words, as those of one topic do.</summary>
    public static byte[] Documents(int bytes)
    {
        var text = new StringBuilder();
        for (var number = 0; text.Length < bytes; number++)
        {
            text.Append($$"""{"id":{{number * 7919}},"name":"customer {{number % 97}}","paid":{{number % 3}}}""");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, bytes));
    }

    /// <summary>A batch of records of 1 KiB that is as large as it can be within <paramref name="bytes"/>.</summary>
    public static byte[] Batch(int bytes, int recordBytes = 1024)
    {
        const int recordOverhead = 12;
        var count = Math.Max(1, (bytes - RecordBatchHeader.Size) / (recordBytes + recordOverhead));
        return Batch(count, recordBytes, RecordBatchOptions.Default);
    }

    /// <summary>A batch of <paramref name="count"/> records.</summary>
    public static byte[] Batch(int count, int recordBytes, RecordBatchOptions options)
    {
        using var builder = new RecordBatchBuilder();
        var text = Text(recordBytes + count);
        for (var i = 0; i < count; i++)
        {
            builder.Append(TimestampMs, key: null, text.AsMemory(i, recordBytes));
        }

        return builder.Build(options).ToArray();
    }
}
