using System.Collections.Immutable;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// A broker in the catalogue: written when it starts and when it begins to shut down. Whether it is alive is for the
/// cluster's membership to say.
/// </summary>
/// <param name="Id">The broker's id.</param>
/// <param name="Epoch">
/// Its life: larger with each start than all epochs given before in the cluster (KIP-903). What a replica held in an
/// earlier life does not count before it has caught up again.
/// </param>
/// <param name="Version">The document's version, for compare-and-set.</param>
/// <param name="Rack">Its rack, or null.</param>
/// <param name="Endpoints">Where clients reach it, one per listener.</param>
/// <param name="ReplicaEndpoint">Where other brokers reach it, <c>host:port</c>; null within one process.</param>
/// <param name="IsDraining">It shuts down or is drained: it gets no leaderships and no new replicas.</param>
public sealed record BrokerRegistration(
    int Id,
    long Epoch,
    long Version,
    string? Rack,
    ImmutableArray<AdvertisedEndpoint> Endpoints,
    string? ReplicaEndpoint,
    bool IsDraining);

/// <summary>Where clients of a listener reach a broker.</summary>
/// <param name="Listener">The listener's name, e.g. <c>PLAINTEXT</c>.</param>
/// <param name="Host">Advertised host.</param>
/// <param name="Port">Advertised port.</param>
public sealed record AdvertisedEndpoint(string Listener, string Host, int Port);
