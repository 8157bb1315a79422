namespace ActorBroker.Client;

/// <summary>What the cluster says of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id; empty where the broker is too old to say.</param>
/// <param name="IsInternal">True for the cluster's own topics.</param>
/// <param name="Partitions">Its partitions, by number.</param>
public sealed record TopicDescription(
    string Name, Guid Id, bool IsInternal, IReadOnlyList<PartitionDescription> Partitions);
