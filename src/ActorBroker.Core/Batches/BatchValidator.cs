using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>
/// Everything of a produced batch that can be judged without the partition's state: after it, the batch's bytes can be
/// stored as they are, and whoever reads them later finds sound records.
/// </summary>
/// <remarks>
/// Cheap checks come first, so that a batch which is too large is refused before its checksum is computed, and a wrong
/// checksum before anything is decompressed. The records of a compressed batch are checked too, as Kafka does: once
/// stored, a broken block would stop every consumer at its offset.
/// </remarks>
public static class BatchValidator
{
    /// <summary>Zstd came with this version of the produce request; older clients can't have meant it.</summary>
    private const short FirstVersionWithZstd = 7;

    /// <summary>Attribute bit 6, which only the log's cleaner may set.</summary>
    private const short DeleteHorizonBit = 0x40;

    /// <summary>Judges the records of one partition in a produce request.</summary>
    /// <param name="records">The bytes as they came.</param>
    /// <param name="config">The topic's settings.</param>
    /// <param name="nowMs">The broker's time.</param>
    /// <param name="produceVersion">Version of the produce request: below 7 zstd is refused.</param>
    /// <param name="header">The batch's header; meaningful when the verdict is valid.</param>
    /// <param name="isInternal">
    /// The broker's own batch: may be a control batch, and <c>max.message.bytes</c>, which limits clients, does not
    /// hold.
    /// </param>
    public static BatchVerdict Validate(
        ReadOnlySpan<byte> records,
        LogConfig config,
        long nowMs,
        short produceVersion,
        out RecordBatchHeader header,
        bool isInternal = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        var verdict = CheckFrame(records, out header);
        verdict = verdict.IsValid ? CheckSize(header.SizeInBytes, config, isInternal) : verdict;
        verdict = verdict.IsValid ? CheckCodec(in header, produceVersion) : verdict;
        if (verdict.IsValid && !RecordBatch.VerifyCrc(records))
        {
            verdict = new BatchVerdict(ErrorCode.CorruptMessage, "the batch's checksum does not match its bytes");
        }

        verdict = verdict.IsValid ? CheckHeader(in header, isInternal) : verdict;
        return verdict.IsValid ? RecordChecks.Check(records, in header, config, nowMs) : verdict;
    }

    /// <summary>Whether a batch of this size fits the topic.</summary>
    internal static BatchVerdict CheckSize(int sizeInBytes, LogConfig config, bool isInternal = false)
    {
        if (sizeInBytes > config.MaxMessageBytes && !isInternal)
        {
            return new BatchVerdict(
                ErrorCode.MessageTooLarge,
                $"the batch has {sizeInBytes} bytes, max.message.bytes is {config.MaxMessageBytes}");
        }

        return sizeInBytes > config.SegmentBytes
            ? new BatchVerdict(
                ErrorCode.RecordListTooLarge,
                $"the batch has {sizeInBytes} bytes, segment.bytes is {config.SegmentBytes}")
            : default;
    }

    /// <summary>Exactly one batch of the present format, neither cut off nor followed by anything.</summary>
    private static BatchVerdict CheckFrame(ReadOnlySpan<byte> records, out RecordBatchHeader header)
    {
        const int magicAt = 16;
        header = default;
        if (records.IsEmpty)
        {
            return new BatchVerdict(ErrorCode.InvalidRecord, "a partition needs exactly one batch, there is none");
        }

        if (records.Length > magicAt && records[magicAt] < RecordBatchHeader.CurrentMagic)
        {
            return new BatchVerdict(
                ErrorCode.InvalidRecord, $"record format {records[magicAt]} is not supported, only format 2 is");
        }

        if (!RecordBatchHeader.TryRead(records, out var read) ||
            read.Magic != RecordBatchHeader.CurrentMagic ||
            read.BatchLength < RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead ||
            read.BatchLength > records.Length - RecordBatchHeader.LengthOverhead)
        {
            return new BatchVerdict(ErrorCode.CorruptMessage, "the bytes are not a whole record batch");
        }

        header = read;
        return read.SizeInBytes < records.Length
            ? new BatchVerdict(ErrorCode.InvalidRecord, "a partition needs exactly one batch, there is more")
            : default;
    }

    private static BatchVerdict CheckCodec(in RecordBatchHeader header, short produceVersion) => header.Codec switch
    {
        CompressionCodec.Zstd when produceVersion < FirstVersionWithZstd => new BatchVerdict(
            ErrorCode.UnsupportedCompressionType, "zstd needs version 7 of the produce request"),
        > CompressionCodec.Zstd => new BatchVerdict(
            ErrorCode.UnsupportedCompressionType, $"there is no compression codec {(int)header.Codec}"),
        _ => default,
    };

    private static BatchVerdict CheckHeader(in RecordBatchHeader header, bool isInternal)
    {
        if (header.RecordCount <= 0 || header.RecordCount - 1 != header.LastOffsetDelta)
        {
            return Invalid($"{header.RecordCount} records can't end at offset delta {header.LastOffsetDelta}");
        }

        if (header.TimestampType == TimestampType.LogAppendTime)
        {
            return new BatchVerdict(ErrorCode.InvalidTimestamp, "only the broker may set LogAppendTime");
        }

        if ((header.Attributes & DeleteHorizonBit) != 0)
        {
            return Invalid("only the broker may set a delete horizon");
        }

        if (isInternal)
        {
            return default;
        }

        if (header.IsControl)
        {
            return Invalid("clients can't write control batches");
        }

        if (header.HasProducerId && (header.BaseSequence < 0 || header.ProducerEpoch < 0))
        {
            return Invalid($"producer {header.ProducerId} gives no sequence or no epoch");
        }

        return header.IsTransactional && !header.HasProducerId ? Invalid("a transaction needs a producer id") : default;
    }

    private static BatchVerdict Invalid(string message) => new(ErrorCode.InvalidRecord, message);
}
