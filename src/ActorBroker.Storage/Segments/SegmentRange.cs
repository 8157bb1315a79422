namespace ActorBroker.Storage.Segments;

/// <summary>Whole batches in a segment's file.</summary>
internal readonly record struct SegmentRange(long Position, int Length, long FirstOffset);
