using ActorBroker.Broker.Catalogue;

namespace ActorBroker.Broker.Cluster;

/// <summary>
/// What ties brokers to a cluster. A broker without gets ports of its own: files in its data directory, and nobody else.
/// </summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Catalogue">The durable metadata.</param>
/// <param name="Membership">Who is alive.</param>
/// <param name="Links">The ways to the other brokers' followers.</param>
internal sealed record ClusterPorts(
    string ClusterId, ICatalogue Catalogue, IMembership Membership, IReplicaLinks Links);
