using ActorBroker.Broker.Cluster.InProcess;
using ActorBroker.Gateway.Transport;

namespace ActorBroker.Server;

/// <summary>What a broker needs to be a member of a cluster in this process.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Gate">Holds the broker's connections up while it is paused.</param>
internal sealed record ClusterSeat(InProcessCluster Cluster, PauseGate Gate);
