namespace ActorBroker.Storage;

/// <summary>A record found by time.</summary>
/// <param name="TimestampMs">The record's timestamp, Unix milliseconds.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="LeaderEpoch">Epoch of the leader that appended it.</param>
public readonly record struct TimestampOffset(long TimestampMs, long Offset, int LeaderEpoch);
