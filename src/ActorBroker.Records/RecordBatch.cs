using System.Buffers.Binary;

namespace ActorBroker.Records;

/// <summary>
/// What a broker does with a batch's bytes where they lie: check them, and patch the few header fields that are its
/// own.
/// </summary>
public static class RecordBatch
{
    private const int LeaderEpochAt = 12;
    private const int MagicAt = 16;
    private const int CrcAt = 17;
    private const int AttributesAt = 21;
    private const int MaxTimestampAt = 35;

    /// <summary>The attribute bit of <see cref="TimestampType.LogAppendTime"/>.</summary>
    private const short LogAppendTimeBit = 0x08;

    /// <summary>
    /// Reads the batch at the start of <paramref name="buffer"/>; the header is valid for <c>Ok</c> only.
    /// </summary>
    /// <remarks>
    /// The header's own claims are checked, and the checksum unless told otherwise; the records inside are not read. A
    /// batch has at least <see cref="RecordBatchHeader.Size"/> bytes, 0 to LastOffsetDelta + 1 records, and each
    /// uncompressed record takes at least seven bytes.
    /// </remarks>
    public static BatchReadResult TryRead(
        ReadOnlySpan<byte> buffer, out RecordBatchHeader header, bool verifyCrc = true)
    {
        header = default;

        // Magic stands at the same place in all formats, so an old message is told from a cut-off batch early.
        if (buffer.Length > MagicAt && buffer[MagicAt] != RecordBatchHeader.CurrentMagic)
        {
            return BatchReadResult.BadMagic;
        }

        if (buffer.Length >= RecordBatchHeader.LengthOverhead && !IsPossibleLength(buffer))
        {
            return BatchReadResult.BadLength;
        }

        if (!RecordBatchHeader.TryRead(buffer, out var read) || read.SizeInBytes > buffer.Length)
        {
            return BatchReadResult.Truncated;
        }

        if (!HasPossibleCounts(read))
        {
            return BatchReadResult.BadLength;
        }

        if (verifyCrc && !VerifyCrc(buffer[..read.SizeInBytes]))
        {
            return BatchReadResult.BadCrc;
        }

        header = read;
        return BatchReadResult.Ok;
    }

    /// <summary>True where the stored checksum matches; <paramref name="batch"/> is one whole batch.</summary>
    public static bool VerifyCrc(ReadOnlySpan<byte> batch) =>
        BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]) == Crc32C.Compute(batch[AttributesAt..]);

    /// <summary>Sets the first record's offset; outside the checksum.</summary>
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) =>
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);

    /// <summary>Sets the epoch of the appending leader; outside the checksum.</summary>
    public static void SetLeaderEpoch(Span<byte> batch, int leaderEpoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], leaderEpoch);

    /// <summary>
    /// Makes the broker's time the time of all records: maximum timestamp, timestamp type, and a new checksum.
    /// <paramref name="batch"/> is one whole batch; the records themselves stay as they are.
    /// </summary>
    public static void StampLogAppendTime(Span<byte> batch, long timestampMs)
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], (short)(attributes | LogAppendTimeBit));
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestampMs);
        WriteCrc(batch);
    }

    /// <summary>Computes and stores the checksum; <paramref name="batch"/> is one whole batch.</summary>
    public static void WriteCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], Crc32C.Compute(batch[AttributesAt..]));

    private static bool IsPossibleLength(ReadOnlySpan<byte> buffer) =>
        BinaryPrimitives.ReadInt32BigEndian(buffer[8..]) is
            >= RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead and
            <= int.MaxValue - RecordBatchHeader.LengthOverhead;

    private static bool HasPossibleCounts(in RecordBatchHeader header)
    {
        // A kept-empty batch of compaction may hold no record, yet it still spans at least one offset.
        if (header.RecordCount < 0 || header.LastOffsetDelta < 0 || header.RecordCount - 1 > header.LastOffsetDelta)
        {
            return false;
        }

        var recordBytes = header.SizeInBytes - RecordBatchHeader.Size;
        return header.Codec != CompressionCodec.None
            || (long)header.RecordCount * RecordReader.MinRecordSize <= recordBytes;
    }
}
