using System.Buffers.Binary;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>
/// Brings a valid batch into the form that is stored: <c>compression.type</c>, <c>message.timestamp.type</c>, and
/// the true maximum timestamp, which some clients get wrong and the time index relies on. Most batches are left as
/// they are.
/// </summary>
public static class BatchRewriter
{
    private const int BatchLengthAt = 8;
    private const int AttributesAt = 21;
    private const int MaxTimestampAt = 35;
    private const short CodecBits = 0x07;

    /// <summary>
    /// Patches <paramref name="batch"/> in place where that is enough, and makes a new batch where it must be
    /// recompressed.
    /// </summary>
    /// <param name="batch">The bytes that <see cref="BatchValidator"/> found valid.</param>
    /// <param name="header">Their header; afterwards the stored batch's.</param>
    /// <param name="verdict">What the validator found.</param>
    /// <param name="config">The topic's settings.</param>
    /// <param name="nowMs">The append time.</param>
    /// <param name="stored">What is to be stored: in the memory of <paramref name="batch"/> where it fits
    /// there.</param>
    /// <returns>Whether the result may be stored: recompression may make it too large.</returns>
    public static BatchVerdict Rewrite(
        Memory<byte> batch,
        ref RecordBatchHeader header,
        in BatchVerdict verdict,
        LogConfig config,
        long nowMs,
        out Memory<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(config);
        Invariant.Holds(verdict.IsValid);
        stored = batch;
        var changed = false;
        if (config.Compression is { } codec && codec != header.Codec && !header.IsControl)
        {
            var recompressed = Recompress(batch, in header, codec, config, out stored);
            if (!recompressed.IsValid)
            {
                return recompressed;
            }

            changed = true;
        }

        if (config.MessageTimestampType == TimestampType.LogAppendTime)
        {
            RecordBatch.StampLogAppendTime(stored.Span, nowMs);
            changed = true;
        }
        else if (changed || header.MaxTimestamp != verdict.MaxTimestampMs)
        {
            BinaryPrimitives.WriteInt64BigEndian(stored.Span[MaxTimestampAt..], verdict.MaxTimestampMs);
            RecordBatch.WriteCrc(stored.Span);
            changed = true;
        }

        if (changed)
        {
            Invariant.Holds(RecordBatchHeader.TryRead(stored.Span, out header));
        }

        return verdict;
    }

    /// <summary>Leaves the checksum to the caller, who changes the time as well.</summary>
    private static BatchVerdict Recompress(
        Memory<byte> batch,
        in RecordBatchHeader header,
        CompressionCodec codec,
        LogConfig config,
        out Memory<byte> stored)
    {
        stored = default;
        using var decompressor = new RecordBatchDecompressor(RecordChecks.DecompressedBytesMax(config));
        using var output = new PooledBufferWriter();
        output.Write(batch.Span[..RecordBatchHeader.Size]);
        try
        {
            var result = decompressor.OpenBlock(batch.Span, in header, out var block);
            if (result != DecompressionResult.Ok)
            {
                return RecordChecks.Refuse(result, in header, config);
            }

            Compression.Compress(codec, config.CompressionLevel, block, output);
        }
        catch (CompressionLibraryException missing)
        {
            return new BatchVerdict(ErrorCode.UnsupportedCompressionType, missing.Message);
        }

        var size = BatchValidator.CheckSize(output.WrittenCount, config);
        if (!size.IsValid)
        {
            return size;
        }

        // The producer's own memory is ours until it is answered; only a batch that grew needs more.
        stored = output.WrittenCount <= batch.Length ? batch[..output.WrittenCount] : new byte[output.WrittenCount];
        output.WrittenSpan.CopyTo(stored.Span);
        var attributes = (short)((header.Attributes & ~CodecBits) | (int)codec);
        BinaryPrimitives.WriteInt32BigEndian(
            stored.Span[BatchLengthAt..], stored.Length - RecordBatchHeader.LengthOverhead);
        BinaryPrimitives.WriteInt16BigEndian(stored.Span[AttributesAt..], attributes);
        return default;
    }
}
