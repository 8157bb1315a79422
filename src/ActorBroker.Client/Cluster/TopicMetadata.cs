using ActorBroker.Records;

namespace ActorBroker.Client.Cluster;

/// <summary>What the cluster said of one topic, and when.</summary>
internal sealed record TopicMetadata(
    string Name,
    Guid Id,
    ErrorCode Error,
    bool IsInternal,
    IReadOnlyList<PartitionDescription> Partitions,
    long AskedAt)
{
    /// <summary>One of its partitions; null where the topic had no such one.</summary>
    public PartitionDescription? Find(int partition) => Partitions.FirstOrDefault(each => each.Partition == partition);
}
