namespace ActorBroker.Client;

/// <summary>An offset that was looked up.</summary>
/// <param name="Offset">The offset; -1 where no record answers to the question.</param>
/// <param name="TimestampMs">The record's time in Unix milliseconds; -1 where the question was not by time.</param>
/// <param name="LeaderEpoch">The leader epoch at that offset; -1 where unknown.</param>
public readonly record struct ListedOffset(long Offset, long TimestampMs, int LeaderEpoch);
