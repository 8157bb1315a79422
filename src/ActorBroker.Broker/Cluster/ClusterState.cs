using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Broker.Cluster;

/// <summary>Keeps the image that everybody reads; one worker changes it, reading takes no lock.</summary>
internal sealed class ClusterState(string clusterId)
{
    private Known _known = new(
        new ClusterImage(
            clusterId,
            ControllerId: -1,
            ImmutableSortedDictionary<int, BrokerInfo>.Empty,
            ImmutableSortedDictionary.Create<string, TopicDocument>(StringComparer.Ordinal),
            ImmutableDictionary<Guid, TopicDocument>.Empty),
        new ClusterView([], ImmutableSortedDictionary<int, long>.Empty));

    /// <summary>What this broker knows; any thread.</summary>
    public ClusterImage Image => Volatile.Read(ref _known).Image;

    /// <summary>The brokers of the same moment, as elections and placement see them; any thread.</summary>
    public ClusterView View => Volatile.Read(ref _known).View;

    /// <summary>
    /// There is a newer image. Called on the changing thread, after the change; must not block or throw. Whoever
    /// listens reads <see cref="Image"/>.
    /// </summary>
    public event Action? Changed;

    /// <summary>Takes the next image, with its brokers; the start and the catalogue's follower do.</summary>
    public void Set(ClusterImage image, ClusterView view)
    {
        Volatile.Write(ref _known, new Known(image, view));
        Changed?.Invoke();
    }

    private sealed record Known(ClusterImage Image, ClusterView View);
}
