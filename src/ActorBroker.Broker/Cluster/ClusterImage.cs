using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Cluster;

/// <summary>An immutable view of the cluster as this broker knows it; a change makes a new one.</summary>
/// <param name="ClusterId">The cluster's id (a URL-safe base64 UUID).</param>
/// <param name="ControllerId">The controller's broker id, or -1.</param>
/// <param name="Brokers">The live brokers, by id.</param>
/// <param name="TopicsByName">Every topic.</param>
/// <param name="TopicsById">The same documents by topic id.</param>
public sealed record ClusterImage(
    string ClusterId,
    int ControllerId,
    ImmutableSortedDictionary<int, BrokerInfo> Brokers,
    ImmutableSortedDictionary<string, TopicDocument> TopicsByName,
    ImmutableDictionary<Guid, TopicDocument> TopicsById)
{
    /// <summary>Every broker of the cluster, alive or not.</summary>
    public ImmutableSortedDictionary<int, BrokerRegistration> Registered { get; init; } =
        ImmutableSortedDictionary<int, BrokerRegistration>.Empty;
}

/// <summary>A broker and where its listeners can be reached.</summary>
/// <param name="Id">The broker's id.</param>
/// <param name="Endpoints">One advertised endpoint per listener.</param>
/// <param name="Rack">Its rack, if it has one.</param>
public sealed record BrokerInfo(int Id, ImmutableArray<BrokerEndpoint> Endpoints, string? Rack);

/// <summary>Where clients of a listener reach a broker.</summary>
/// <param name="Listener">The listener's name, e.g. <c>PLAINTEXT</c>.</param>
/// <param name="Host">Advertised host.</param>
/// <param name="Port">Advertised port.</param>
public sealed record BrokerEndpoint(string Listener, string Host, int Port);
