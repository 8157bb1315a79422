namespace ActorBroker.Storage.Segments;

/// <summary>
/// A segment's largest timestamp and the last offset of the first batch that has it; -1 and -1 without one.
/// </summary>
internal sealed record SegmentTime(long TimestampMs, long Offset)
{
    public static SegmentTime None { get; } = new(-1, -1);
}
