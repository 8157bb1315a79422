using System.Text;

namespace ActorBroker.Records.Tests;

/// <summary>Batches that several tests use.</summary>
internal static class Batches
{
    /// <summary>Two records: key/value with header h=1, then null key with value x.</summary>
    public const string TwoRecords =
        "00000000000000000000004CFFFFFFFF02122FFB2D0000000000010000018BCFE568000000018BCFE56805FFFFFFFFFFFFFFFFFFFFFF" +
        "FFFFFF0000000224000000066B65790A76616C756502026802310E000A0201027800";

    /// <summary>A commit marker of coordinator epoch 7, producer 1000 epoch 2, at offset 42, leader epoch 3.</summary>
    public const string CommitMarker =
        "000000000000002A000000420000000302809C88C40030000000000000018BCFE568000000018BCFE5680000000000000003E80002FF" +
        "FFFFFF000000012000000008000000010C00000000000700";

    public const long Time = 1_700_000_000_000;

    /// <summary>A null of the right type: a bare one next to bytes would convert to empty memory.</summary>
    public static ReadOnlyMemory<byte>? NoBytes => null;

    public static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Some(int count, RecordBatchOptions? options = null, int seed = 1)
    {
        var random = new Random(seed);
        using var builder = new RecordBatchBuilder();
        for (var i = 0; i < count; i++)
        {
            var value = new byte[random.Next(200)];
            random.NextBytes(value);
            builder.Append(
                Time + i,
                i % 5 == 0 ? NoBytes : Text($"key-{i}"),
                i % 7 == 0 ? NoBytes : value,
                i % 3 == 0 ? [new RecordHeader("trace", Text("abc")), new RecordHeader("empty", null)] : []);
        }

        return builder.Build(options ?? RecordBatchOptions.Default).ToArray();
    }
}
