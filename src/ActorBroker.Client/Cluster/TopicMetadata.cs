using ActorBroker.Records;

namespace ActorBroker.Client.Cluster;

/// <summary>What the cluster said of one topic, and when.</summary>
internal sealed record TopicMetadata(
    string Name,
    Guid Id,
    ErrorCode Error,
    bool IsInternal,
    IReadOnlyList<PartitionDescription> Partitions,
    long AskedAt);
