namespace ActorBroker.Assignors;

/// <summary>A topic whose partitions are to be given out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PartitionCount">How many partitions it has.</param>
public sealed record AssignedTopic(string Name, int PartitionCount)
{
    /// <summary>Per partition the racks of its replicas; empty where they are not known (KIP-881).</summary>
    public IReadOnlyList<IReadOnlyCollection<string>> Racks { get; init; } = [];
}
