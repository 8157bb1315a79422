using System.Text;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage.Indexes;

namespace ActorBroker.Storage.Segments;

/// <summary>When the active segment is full enough, or old enough, for a new one.</summary>
internal static class RollRule
{
    /// <summary>True if the batch must start a new segment.</summary>
    public static bool MustRoll(
        LogSegment segment, long size, in RecordBatchHeader batch, LogConfig config, string folder, long nowMs)
    {
        if (size == 0)
        {
            return batch.LastOffset - segment.BaseOffset > int.MaxValue;
        }

        var first = segment.FirstTimestampMs;
        var age = first >= 0 && batch.MaxTimestamp >= 0 ? batch.MaxTimestamp - first : nowMs - segment.CreatedMs;
        return size + batch.SizeInBytes > config.SegmentBytes
            || batch.LastOffset - segment.BaseOffset > int.MaxValue
            || IsIndexFull(segment, config)
            || age > RollAfterMs(segment, config, folder);
    }

    /// <summary>True if the segment is old enough by the clock.</summary>
    public static bool IsExpired(LogSegment segment, LogConfig config, string folder, long nowMs)
    {
        var first = segment.FirstTimestampMs;
        return nowMs - (first >= 0 ? first : segment.CreatedMs) > RollAfterMs(segment, config, folder);
    }

    private static bool IsIndexFull(LogSegment segment, LogConfig config) =>
        segment.OffsetIndex.Count >= Math.Max(1, config.SegmentIndexBytes / OffsetIndex.EntrySize)
        || segment.TimeIndex.Count >= Math.Max(1, (config.SegmentIndexBytes / TimeIndex.EntrySize) - 1);

    /// <summary>
    /// <c>segment.ms</c>, on a compacted topic no more than <c>max.compaction.lag.ms</c> since the active segment is
    /// never cleaned, less this segment's part of the jitter. It comes from the segment's name, not from chance, so
    /// that a restart does not draw again; it only has to differ between partitions.
    /// </summary>
    private static long RollAfterMs(LogSegment segment, LogConfig config, string folder)
    {
        var rollMs = config.Compact ? Math.Min(config.SegmentMs, config.MaxCompactionLagMs) : config.SegmentMs;
        var jitter = Math.Min(config.SegmentJitterMs, rollMs);
        if (jitter <= 0)
        {
            return rollMs;
        }

        var seed = Crc32C.Compute(Encoding.UTF8.GetBytes($"{folder}/{segment.BaseOffset}"));
        return rollMs - (long)(jitter * (seed / (double)uint.MaxValue));
    }
}
