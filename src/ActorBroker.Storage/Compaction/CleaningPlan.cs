using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Compaction;

/// <summary>
/// Which segments a cleaning would touch: all below a limit, of which those from the first dirty on are dirty.
/// </summary>
/// <remarks>
/// The limit is the lowest of: the active segment, the first segment that reaches above what is committed, and the
/// first dirty segment that holds a record younger than <c>min.compaction.lag.ms</c>. It falls between segments.
/// </remarks>
internal sealed class CleaningPlan
{
    private CleaningPlan(CleanableState state, List<LogSegment> segments)
    {
        State = state;
        Segments = segments;
    }

    public CleanableState State { get; }

    /// <summary>The segments below the limit, oldest first.</summary>
    public IReadOnlyList<LogSegment> Segments { get; }

    /// <summary>Looks at a log's segments, the active one last.</summary>
    public static CleaningPlan Make(
        IReadOnlyList<LogSegment> segments, LogConfig config, long firstDirtyOffset, long upToOffset, long nowMs)
    {
        // A checkpoint from before a truncation or a removal of old segments points outside of the log: start over.
        var first = segments[0].BaseOffset;
        var active = segments[^1].BaseOffset;
        var dirtyFrom = firstDirtyOffset < first || firstDirtyOffset > active ? first : firstDirtyOffset;
        var limit = Math.Min(active, upToOffset);
        var touched = new List<LogSegment>();
        long cleanBytes = 0, dirtyBytes = 0;
        var overdue = false;
        foreach (var segment in segments.Take(segments.Count - 1))
        {
            var isDirty = segment.Tail.NextOffset > dirtyFrom;
            if (segment.Tail.NextOffset > limit || (isDirty && IsTooYoung(segment, config, nowMs)))
            {
                break;
            }

            touched.Add(segment);
            if (isDirty)
            {
                dirtyBytes += segment.Size;
                overdue |= IsOverdue(segment, config, nowMs);
            }
            else
            {
                cleanBytes += segment.Size;
            }
        }

        var end = touched.Count == 0 ? first : touched[^1].Tail.NextOffset;
        return new CleaningPlan(
            new CleanableState(dirtyFrom, Math.Max(end, dirtyFrom), cleanBytes, dirtyBytes, overdue), touched);
    }

    private static bool IsTooYoung(LogSegment segment, LogConfig config, long nowMs) =>
        config.MinCompactionLagMs > 0 && segment.Time.TimestampMs > nowMs - config.MinCompactionLagMs;

    private static bool IsOverdue(LogSegment segment, LogConfig config, long nowMs) =>
        segment.FirstTimestampMs is >= 0 and var timestampMs && nowMs - timestampMs > config.MaxCompactionLagMs;
}
