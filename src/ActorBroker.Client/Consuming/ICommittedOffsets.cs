using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>Where a consumer's group left off.</summary>
internal interface ICommittedOffsets
{
    /// <summary>What the group committed for a partition; null for nothing. One attempt, shared with others.</summary>
    Task<OffsetAndMetadata?> FindAsync(TopicPartition partition, CancellationToken cancel);
}
