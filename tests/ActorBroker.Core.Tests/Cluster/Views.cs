using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Tests.Cluster;

/// <summary>Says in one line who is there. A broker's first life has the epoch of ten times its id.</summary>
internal static class Views
{
    public static ClusterView Live(params int[] live) => Of(live, []);

    public static ClusterView Of(int[] live, int[] dead, int[]? draining = null, (int Id, long Epoch)[]? reborn = null)
    {
        var registrations = live.Concat(dead).Select(id => new BrokerRegistration(
            id,
            reborn?.FirstOrDefault(broker => broker.Id == id) is { Epoch: > 0 } again ? again.Epoch : id * 10,
            Version: 1,
            Rack: null,
            Endpoints: [],
            ReplicaEndpoint: null,
            IsDraining: draining?.Contains(id) ?? false)).ToArray();
        return new ClusterView(
            registrations,
            registrations.Where(broker => live.Contains(broker.Id)).ToDictionary(broker => broker.Id, b => b.Epoch));
    }
}
