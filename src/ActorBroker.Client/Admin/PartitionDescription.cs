namespace ActorBroker.Client;

/// <summary>What the cluster says of a partition.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="LeaderId">The broker that leads it; -1 where there is none.</param>
/// <param name="LeaderEpoch">The leader's epoch; -1 where unknown.</param>
/// <param name="Replicas">The brokers that hold it.</param>
/// <param name="InSyncReplicas">Those of them that have all of it.</param>
public sealed record PartitionDescription(
    int Partition, int LeaderId, int LeaderEpoch, IReadOnlyList<int> Replicas, IReadOnlyList<int> InSyncReplicas)
{
    /// <summary>Those of its replicas that are not there now.</summary>
    public IReadOnlyList<int> OfflineReplicas { get; init; } = [];

    /// <summary>
    /// Those that are out of sync and may lead all the same, as they have every committed record (KIP-966); null where
    /// the broker can't say, or was not asked.
    /// </summary>
    public IReadOnlyList<int>? EligibleLeaders { get; init; }
}
