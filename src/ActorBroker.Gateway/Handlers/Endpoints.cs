using ActorBroker.Broker.Cluster;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// A client is told the endpoints of the listener that it came in on: others may be out of its reach.
/// </summary>
internal static class Endpoints
{
    /// <summary>The broker's endpoint on a listener, if it has that listener.</summary>
    public static BrokerEndpoint? On(this BrokerInfo broker, string listener)
    {
        foreach (var endpoint in broker.Endpoints)
        {
            if (endpoint.Listener == listener)
            {
                return endpoint;
            }
        }

        return null;
    }

    /// <summary>The live brokers that have the listener, by id.</summary>
    public static IEnumerable<(BrokerInfo Broker, BrokerEndpoint Endpoint)> BrokersOn(
        this ClusterImage cluster, string listener) =>
        from broker in cluster.Brokers.Values
        let endpoint = broker.On(listener)
        where endpoint is not null
        select (broker, endpoint);
}
