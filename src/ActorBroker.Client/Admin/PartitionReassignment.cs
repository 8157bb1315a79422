using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A partition whose replicas are on the move.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Replicas">The brokers that hold it for now, old and new ones.</param>
/// <param name="Adding">Those of them that are new, and perhaps not in sync yet.</param>
/// <param name="Removing">Those of them that give it up once the new ones are in sync.</param>
public sealed record PartitionReassignment(
    TopicPartition Partition, IReadOnlyList<int> Replicas, IReadOnlyList<int> Adding, IReadOnlyList<int> Removing)
{
    /// <summary>The brokers that hold it in the end.</summary>
    public IReadOnlyList<int> Target => [.. Replicas.Except(Removing)];
}
