using ActorBroker.Orleans.Hosting;
using Orleans.Runtime.Placement;

namespace ActorBroker.Orleans.Placement;

/// <summary>Finds the silo of the broker that a grain's key leads to, by the names of the silos.</summary>
internal sealed class BrokerPlacementDirector(IClusterMembershipService silos, SiloBroker local) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var brokerId = BrokerOf(target.GrainIdentity);
        var members = silos.CurrentSnapshot.Members;
        var silo = Array.Find(
            context.GetCompatibleSilos(target),
            silo => members.TryGetValue(silo, out var member) &&
                BrokerName.TryParse(member.Name, out var id) && id == brokerId);
        return silo is not null
            ? Task.FromResult(silo)
            : throw new SiloUnavailableException($"Broker {brokerId} is on no silo now.");
    }

    /// <summary>A replica is where its key says, a partition where the catalogue says that it is led.</summary>
    private int BrokerOf(GrainId grain)
    {
        var key = grain.Key.ToString();
        if (ReplicaKey.TryParse(key, out var replica))
        {
            return replica.BrokerId;
        }

        if (!PartitionKey.TryParse(key, out var partition))
        {
            throw new OrleansException($"Nobody knows where '{grain}' belongs.");
        }

        var leader = local.Node?.Cluster.TopicsByName.GetValueOrDefault(partition.Topic) is { } topic &&
            partition.Partition < topic.Partitions.Length
                ? topic.Partitions[partition.Partition].Leader
                : -1;

        // Nobody leads it, or it is not known here: this silo says so.
        return leader >= 0 ? leader : local.BrokerId;
    }
}
