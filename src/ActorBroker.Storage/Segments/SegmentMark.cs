namespace ActorBroker.Storage.Segments;

/// <summary>A segment's state before an append, to go back to when it fails.</summary>
internal sealed record SegmentMark(
    SegmentTail Tail,
    SegmentTime Time,
    int OffsetEntries,
    int TimeEntries,
    long BytesSinceEntry,
    long? FirstTimestampMs);
