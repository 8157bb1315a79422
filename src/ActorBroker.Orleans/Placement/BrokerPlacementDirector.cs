using ActorBroker.Orleans.Grains;
using ActorBroker.Orleans.Hosting;
using Orleans.Runtime.Placement;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Placement;

/// <summary>Finds the silo of the broker that a grain's key leads to, by the names of the silos.</summary>
internal sealed class BrokerPlacementDirector(IClusterMembershipService silos, SiloBroker local) : IPlacementDirector
{
    /// <inheritdoc/>
    public async Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var brokerId = await BrokerOfAsync(target.GrainIdentity);
        var members = silos.CurrentSnapshot.Members;
        var silo = Array.Find(
            context.GetCompatibleSilos(target),
            silo => members.TryGetValue(silo, out var member) &&
                BrokerName.TryParse(member.Name, out var id) && id == brokerId);
        return silo ?? throw new SiloUnavailableException($"Broker {brokerId} is on no silo now.");
    }

    /// <summary>
    /// A replica and a connection are where their keys say, a partition where the catalogue says that it is led, and a
    /// group where the partition is led that keeps its offsets. Where nobody leads, or nobody is known here to, this
    /// silo says so.
    /// </summary>
    private async ValueTask<int> BrokerOfAsync(GrainId grain)
    {
        var key = grain.Key.ToString();
        switch (grain.Type.ToString())
        {
            case GrainTypes.Replica when ReplicaKey.TryParse(key, out var replica):
                return replica.BrokerId;
            case GrainTypes.Connection when ConnectionKey.TryParse(key, out var connection):
                return connection.BrokerId >= 0 ? connection.BrokerId : local.BrokerId;
            case GrainTypes.Partition when PartitionKey.TryParse(key, out var partition):
                return LeaderOf(partition) is var leader and >= 0 ? leader : local.BrokerId;
            case GrainTypes.ConsumerGroup when local.Node is { } node:
                var found = await node.Groups.FindAsync(key!, CancellationToken.None);
                return found.Error == ErrorCode.None ? found.BrokerId : local.BrokerId;
            case GrainTypes.ConsumerGroup:
                return local.BrokerId;
            default:
                throw new OrleansException($"Nobody knows where '{grain}' belongs.");
        }
    }

    private int LeaderOf(PartitionKey partition) =>
        local.Node?.Cluster.TopicsByName.GetValueOrDefault(partition.Topic) is { } topic &&
            partition.Partition < topic.Partitions.Length
                ? topic.Partitions[partition.Partition].Leader
                : -1;
}
