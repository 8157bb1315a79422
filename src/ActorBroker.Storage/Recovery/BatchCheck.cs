using ActorBroker.Records;

namespace ActorBroker.Storage.Recovery;

/// <summary>
/// Decides batch by batch whether a scanned segment is sound. The CRC leaves base offset and leader epoch out, so those
/// are held against what must be there: the next offset, and the epoch that the checkpoint names for it, or at least
/// one that there has been.
/// </summary>
internal sealed class BatchCheck(long gapsUpTo, long baseOffset, LeaderEpochCache epochs, int latestLeaderEpoch)
{
    private readonly long _baseOffset = baseOffset;
    private int _latestEpoch = -1;

    /// <summary>The offset after the last sound batch.</summary>
    public long NextOffset { get; private set; } = baseOffset;

    /// <summary>Why the batch can't be what was appended there; null for a sound one.</summary>
    public string? Fault(in RecordBatchHeader header, ReadOnlySpan<byte> batch)
    {
        // Compaction may have left a gap.
        var inGap = NextOffset < gapsUpTo && header.BaseOffset > NextOffset && header.BaseOffset <= gapsUpTo;
        if (header.BaseOffset != NextOffset && !inGap)
        {
            return $"base offset {header.BaseOffset} where {NextOffset} must be";
        }

        if (header.LastOffset - _baseOffset > int.MaxValue)
        {
            return $"last offset {header.LastOffset} lies too far above {_baseOffset}";
        }

        if (header.PartitionLeaderEpoch < _latestEpoch
            || header.PartitionLeaderEpoch > Math.Max(latestLeaderEpoch, epochs.Latest ?? -1)
            || (epochs.EpochAt(header.BaseOffset) is { } known && known != header.PartitionLeaderEpoch))
        {
            return $"leader epoch {header.PartitionLeaderEpoch} can't have offset {header.BaseOffset}";
        }

        if (!RecordBatch.VerifyCrc(batch))
        {
            return "the CRC does not match";
        }

        _latestEpoch = header.PartitionLeaderEpoch;
        NextOffset = header.NextOffset;
        return null;
    }
}
