using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>One partition of a fetch, as it stood when the fetch was put together.</summary>
internal readonly record struct FetchTarget(
    AssignedPartition Partition, int Generation, Guid TopicId, int LeaderEpoch, long Offset)
{
    public TopicPartition Id => Partition.Id;

    /// <summary>True where a broker that remembers the other needs to be told nothing.</summary>
    public bool AsksTheSameAs(in FetchTarget other) => Offset == other.Offset && LeaderEpoch == other.LeaderEpoch;
}
