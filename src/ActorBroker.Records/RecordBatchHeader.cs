using System.Buffers.Binary;

namespace ActorBroker.Records;

/// <summary>The 61 bytes before the records of a batch of magic 2, read into values.</summary>
/// <remarks>
/// Layout (big-endian): BaseOffset 0, BatchLength 8, PartitionLeaderEpoch 12, Magic 16, Crc 17, Attributes 21,
/// LastOffsetDelta 23, BaseTimestamp 27, MaxTimestamp 35, ProducerId 43, ProducerEpoch 51, BaseSequence 53,
/// RecordsCount 57. The CRC covers 21 to the end, so base offset and leader epoch can be patched in place.
/// </remarks>
public readonly record struct RecordBatchHeader
{
    /// <summary>Bytes before the first record.</summary>
    public const int Size = 61;

    /// <summary>Bytes that <see cref="BatchLength"/> does not count: base offset and the length itself.</summary>
    public const int LengthOverhead = 12;

    /// <summary>The only stored format.</summary>
    public const byte CurrentMagic = 2;

    /// <summary>Offset of the first record.</summary>
    public long BaseOffset { get; init; }

    /// <summary>Bytes from the leader epoch to the end of the batch.</summary>
    public int BatchLength { get; init; }

    /// <summary>Epoch of the leader that appended the batch; -1 in a producer's batch.</summary>
    public int PartitionLeaderEpoch { get; init; }

    /// <summary>Record format: 2.</summary>
    public byte Magic { get; init; }

    /// <summary>CRC-32C of bytes 21 to the end.</summary>
    public uint Crc { get; init; }

    /// <summary>Codec (bits 0-2), timestamp type (3), transactional (4), control (5), delete horizon (6).</summary>
    public short Attributes { get; init; }

    /// <summary>
    /// Offset of the last record minus the base offset; kept by compaction even when that record is gone.
    /// </summary>
    public int LastOffsetDelta { get; init; }

    /// <summary>Unix milliseconds of the first record, or the delete horizon where bit 6 is set.</summary>
    public long BaseTimestamp { get; init; }

    /// <summary>The largest record timestamp, Unix milliseconds.</summary>
    public long MaxTimestamp { get; init; }

    /// <summary>Idempotent producer, or -1.</summary>
    public long ProducerId { get; init; }

    /// <summary>Its epoch, or -1.</summary>
    public short ProducerEpoch { get; init; }

    /// <summary>Sequence of the first record, or -1.</summary>
    public int BaseSequence { get; init; }

    /// <summary>Records in the batch.</summary>
    public int RecordCount { get; init; }

    /// <summary>Bytes of the whole batch.</summary>
    public int SizeInBytes => BatchLength + LengthOverhead;

    /// <summary>Offset of the last record.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The offset after the batch.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>How the record bytes are compressed.</summary>
    public CompressionCodec Codec => (CompressionCodec)(Attributes & 0x07);

    /// <summary>Who set the timestamps.</summary>
    public TimestampType TimestampType =>
        (Attributes & 0x08) == 0 ? TimestampType.CreateTime : TimestampType.LogAppendTime;

    /// <summary>Part of a transaction.</summary>
    public bool IsTransactional => (Attributes & 0x10) != 0;

    /// <summary>A marker that clients never see.</summary>
    public bool IsControl => (Attributes & 0x20) != 0;

    /// <summary><see cref="BaseTimestamp"/> is the time after which compaction drops the batch's tombstones.</summary>
    public bool HasDeleteHorizon => (Attributes & 0x40) != 0;

    /// <summary>True for batches of an idempotent or transactional producer.</summary>
    public bool HasProducerId => ProducerId >= 0;

    /// <summary>Sequence of the last record, with Kafka's wrap from 2147483647 to 0; -1 without a producer.</summary>
    public int LastSequence => BaseSequence < 0 ? -1 : IncrementSequence(BaseSequence, LastOffsetDelta);

    /// <summary>Adds to a sequence number; 2147483647 is followed by 0.</summary>
    public static int IncrementSequence(int sequence, int by) =>
        sequence > int.MaxValue - by ? by - (int.MaxValue - sequence) - 1 : sequence + by;

    /// <summary>
    /// Reads the header at the start of <paramref name="bytes"/>; false when there are fewer than 61.
    /// </summary>
    /// <remarks>Nothing is validated here: length, magic and CRC are the caller's to check.</remarks>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RecordBatchHeader header)
    {
        if (bytes.Length < Size)
        {
            header = default;
            return false;
        }

        header = new RecordBatchHeader
        {
            BaseOffset = BinaryPrimitives.ReadInt64BigEndian(bytes),
            BatchLength = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]),
            PartitionLeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(bytes[12..]),
            Magic = bytes[16],
            Crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[17..]),
            Attributes = BinaryPrimitives.ReadInt16BigEndian(bytes[21..]),
            LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
            BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
            MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[35..]),
            ProducerId = BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
            ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
            BaseSequence = BinaryPrimitives.ReadInt32BigEndian(bytes[53..]),
            RecordCount = BinaryPrimitives.ReadInt32BigEndian(bytes[57..]),
        };
        return true;
    }
}
