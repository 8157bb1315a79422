namespace ActorBroker.Client;

/// <summary>What a partition's leader said of its log with the latest fetch.</summary>
/// <param name="LogStart">The oldest offset that is still there; -1 where the broker is too old to say.</param>
/// <param name="LastStable">The first offset of an open transaction, or the high watermark.</param>
/// <param name="High">The offset after the newest committed record.</param>
public readonly record struct PartitionWatermarks(long LogStart, long LastStable, long High);
