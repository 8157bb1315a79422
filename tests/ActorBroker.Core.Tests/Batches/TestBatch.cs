using System.Text;
using ActorBroker.Core.Batches;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Batches;

/// <summary>Real bytes of batches, sound or with one thing wrong.</summary>
internal static class TestBatch
{
    public const long NowMs = 1_700_000_000_000;

    /// <summary>The document of record formats has these bytes: two records, the second one without a key.</summary>
    public static byte[] Worked { get; } = Convert.FromHexString(
        "00000000000000000000004cffffffff02122ffb2d0000000000010000018bcfe568000000018bcfe56805ffffffffffffffffffff" +
        "ffffffff0000000224000000066b65790a76616c756502026802310e000a0201027800");

    public static byte[] Of(
        int count = 3,
        RecordBatchOptions? options = null,
        Func<int, long>? timestamp = null,
        Func<int, string?>? key = null,
        int valueBytes = 10)
    {
        using var builder = new RecordBatchBuilder();
        var value = new byte[valueBytes];
        for (var index = 0; index < count; index++)
        {
            var text = key is null ? $"key-{index}" : key(index);
            var bytes = text is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text);
            builder.Append(timestamp?.Invoke(index) ?? NowMs + index, bytes, value);
        }

        return builder.Build(options ?? RecordBatchOptions.Default).ToArray();
    }

    public static byte[] Compressed(CompressionCodec codec, int count = 3, int valueBytes = 10) =>
        Of(count, new RecordBatchOptions { Codec = codec }, valueBytes: valueBytes);

    /// <summary>Changes the bytes and makes the checksum right again.</summary>
    public static byte[] With(this byte[] batch, Action<byte[]> change)
    {
        var copy = batch.ToArray();
        change(copy);
        RecordBatch.WriteCrc(copy);
        return copy;
    }

    public static BatchVerdict Validate(
        byte[] batch, LogConfig? config = null, short version = 9, bool isInternal = false) =>
        BatchValidator.Validate(batch, config ?? LogConfig.Default, NowMs, version, out _, isInternal);
}
