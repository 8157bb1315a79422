using ActorBroker.Broker.Catalogue;

namespace ActorBroker.Broker.Cluster;

/// <summary>
/// What ties one broker to its cluster. A broker without gets ports of its own: files in its data directory, and nobody
/// else. Whoever makes them makes sure that no other broker of the same id is running; the broker disposes them when it
/// has stopped.
/// </summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Catalogue">The durable metadata.</param>
/// <param name="Membership">Who is alive.</param>
/// <param name="Links">The ways to the other brokers' followers.</param>
public sealed record ClusterPorts(
    string ClusterId, ICatalogue Catalogue, IMembership Membership, IReplicaLinks Links) : IAsyncDisposable
{
    /// <summary>Where the other brokers' links reach this one, <c>host:port</c>; null within one process.</summary>
    public string? ReplicaEndpoint { get; init; }

    /// <summary>Ports over a catalogue, whose cluster gets an id if it has none yet.</summary>
    public static ClusterPorts Over(ICatalogue catalogue, IMembership membership, IReplicaLinks links) =>
        new(new ClusterCatalogue(catalogue).TakeClusterId(), catalogue, membership, links);

    /// <summary>Ends the links, then the membership, then the catalogue, if that is this broker's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await Links.DisposeAsync().ConfigureAwait(false);
        await Membership.DisposeAsync().ConfigureAwait(false);
        (Catalogue as IDisposable)?.Dispose();
    }
}
