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

    /// <summary>
    /// A batch of exactly <paramref name="bytes"/>, so that it compares with a write of as many: records of
    /// <paramref name="recordBytes"/>, the last of them as large as it takes.
    /// </summary>
    public static byte[] Batch(int bytes, int recordBytes = 1024)
    {
        using var builder = new RecordBatchBuilder();
        var text = Text(2 * (bytes + recordBytes));
        while (builder.SizeInBytes + (2 * recordBytes) < bytes)
        {
            builder.Append(TimestampMs, key: null, text.AsMemory(builder.Count, recordBytes));
        }

        var left = bytes - builder.SizeInBytes;
        var overhead = 0;
        while (RecordBytes(left - overhead) > left)
        {
            overhead++;
        }

        builder.Append(TimestampMs, key: null, text.AsMemory(0, left - overhead));
        var batch = builder.Build(RecordBatchOptions.Default).ToArray();
        return batch.Length == bytes
            ? batch
            : throw new InvalidOperationException($"A batch of {batch.Length} bytes came out in place of {bytes}.");

        int RecordBytes(int valueBytes)
        {
            var body = 1 + VarInt.SizeOfInt32(0) + VarInt.SizeOfInt32(builder.Count) + VarInt.SizeOfInt32(-1)
                + VarInt.SizeOfInt32(valueBytes) + valueBytes + VarInt.SizeOfInt32(0);
            return VarInt.SizeOfInt32(body) + body;
        }
    }
}
