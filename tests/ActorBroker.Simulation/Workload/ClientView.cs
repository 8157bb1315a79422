using ActorBroker.Core.Catalogue;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Workload;

/// <summary>What a client knows of a topic: what some broker told it, which may be old.</summary>
internal sealed class ClientView(SimCluster cluster, string topic)
{
    private TopicDocument? _known;

    public Guid? TopicId => _known?.Id;

    public int PartitionCount => _known?.Partitions.Length ?? 0;

    public int LeaderOf(int partition) => partition < PartitionCount ? _known!.Partitions[partition].Leader : -1;

    public IReadOnlyList<int> ReplicasOf(int partition) =>
        partition < PartitionCount ? _known!.Partitions[partition].Replicas : [];

    /// <summary>Asks any broker that answers.</summary>
    public void Refresh()
    {
        var members = cluster.Brokers.Where(broker => broker is { IsMember: true, IsPaused: false }).ToArray();
        if (members.Length > 0)
        {
            _known = cluster.World.Random.Pick(members).Topics.GetValueOrDefault(topic);
        }
    }
}
