using ActorBroker.Broker.Cluster;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// Where a client that asked the wrong broker should go: the leaders of the partitions concerned, and (once each) the
/// endpoints of those brokers.
/// </summary>
internal sealed class LeaderHints(ClusterImage cluster, string listener)
{
    private readonly List<(BrokerInfo Broker, BrokerEndpoint Endpoint)> _endpoints = [];

    /// <summary>The endpoints of all leaders found so far.</summary>
    public IReadOnlyList<(BrokerInfo Broker, BrokerEndpoint Endpoint)> Endpoints => _endpoints;

    /// <summary>
    /// The partition's leader and its epoch, if the cluster has one that this listener's clients can reach.
    /// </summary>
    public (int Id, int Epoch)? Find(string? topic, int partition)
    {
        if (topic is null || !cluster.TopicsByName.TryGetValue(topic, out var document) ||
            partition < 0 || partition >= document.Partitions.Length)
        {
            return null;
        }

        var state = document.Partitions[partition];
        if (!cluster.Brokers.TryGetValue(state.Leader, out var leader) || leader.On(listener) is not { } endpoint)
        {
            return null;
        }

        if (_endpoints.TrueForAll(known => known.Broker.Id != leader.Id))
        {
            _endpoints.Add((leader, endpoint));
        }

        return (state.Leader, state.LeaderEpoch);
    }
}
