namespace ActorBroker.Client;

/// <summary>A cluster as a broker sees it.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="ControllerId">The broker that is the controller; -1 where there is none.</param>
/// <param name="Brokers">The brokers, by id.</param>
public sealed record ClusterDescription(
    string ClusterId, int ControllerId, IReadOnlyList<BrokerDescription> Brokers);
