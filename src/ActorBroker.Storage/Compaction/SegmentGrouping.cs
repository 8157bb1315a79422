using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Indexes;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Compaction;

/// <summary>Puts neighbouring small segments together, so that compaction doesn't leave ever more tiny files.</summary>
/// <remarks>A group's sizes before cleaning stay within one segment's limits, so its result does as well.</remarks>
internal static class SegmentGrouping
{
    public static List<IReadOnlyList<LogSegment>> Group(IReadOnlyList<LogSegment> segments, LogConfig config)
    {
        var groups = new List<IReadOnlyList<LogSegment>>();
        var group = new List<LogSegment>();
        foreach (var segment in segments)
        {
            if (group.Count > 0 && !Fits(group, segment, config))
            {
                groups.Add(group);
                group = [];
            }

            group.Add(segment);
        }

        if (group.Count > 0)
        {
            groups.Add(group);
        }

        return groups;
    }

    private static bool Fits(List<LogSegment> group, LogSegment next, LogConfig config) =>
        group.Sum(segment => segment.Size) + next.Size <= config.SegmentBytes
        && IndexBytes(group, next, segment => segment.OffsetIndex.Count * OffsetIndex.EntrySize)
            <= config.SegmentIndexBytes
        && IndexBytes(group, next, segment => segment.TimeIndex.Count * TimeIndex.EntrySize)
            <= config.SegmentIndexBytes
        && next.Tail.NextOffset - 1 - group[0].BaseOffset <= int.MaxValue;

    private static long IndexBytes(List<LogSegment> group, LogSegment next, Func<LogSegment, int> bytes) =>
        group.Sum(segment => (long)bytes(segment)) + bytes(next);
}
