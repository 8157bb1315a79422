namespace ActorBroker.Client;

/// <summary>What a group commits for a partition.</summary>
/// <param name="Offset">The offset of the next record to be read.</param>
/// <param name="LeaderEpoch">The leader epoch of the record before it; -1 where unknown.</param>
/// <param name="Metadata">A text of the committer's; at most <c>offset.metadata.max.bytes</c>.</param>
public readonly record struct OffsetAndMetadata(long Offset, int LeaderEpoch = -1, string Metadata = "");
