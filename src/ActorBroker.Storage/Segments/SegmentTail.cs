namespace ActorBroker.Storage.Segments;

/// <summary>
/// How far a segment is written; size and offset are published together, so that a reader never mixes two.
/// </summary>
internal sealed record SegmentTail(long Size, long NextOffset);
