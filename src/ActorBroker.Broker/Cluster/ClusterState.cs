using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Broker.Cluster;

/// <summary>Keeps the image that everybody reads; changes are made under a lock, reading takes none.</summary>
internal sealed class ClusterState(ClusterImage initial)
{
    private readonly Lock _gate = new();
    private ClusterImage _image = initial;

    public ClusterImage Image => Volatile.Read(ref _image);

    /// <summary>The brokers as elections see them. One that is alone has no epochs: it counts in any.</summary>
    public ClusterView View
    {
        get
        {
            var brokers = Image.Brokers;
            return new ClusterView(
                brokers.Values.Select(broker => new BrokerRegistration(
                    broker.Id, Epoch: -1, Version: 0, broker.Rack, Endpoints: [], ReplicaEndpoint: null, false)),
                brokers.ToDictionary(broker => broker.Key, _ => -1L));
        }
    }

    /// <summary>
    /// There is a newer image. Called on the changing thread, after the change: whoever listens reads
    /// <see cref="Image"/>.
    /// </summary>
    public Action? Changed { get; set; }

    /// <summary>A topic is new, or changed.</summary>
    public void Put(TopicDocument topic) => Change(image => image with
    {
        TopicsByName = image.TopicsByName.SetItem(topic.Name, topic),
        TopicsById = image.TopicsById.SetItem(topic.Id, topic),
    });

    /// <summary>A topic is gone.</summary>
    public void Remove(TopicDocument topic) => Change(image => image with
    {
        TopicsByName = image.TopicsByName.Remove(topic.Name),
        TopicsById = image.TopicsById.Remove(topic.Id),
    });

    /// <summary>A broker says where it can be reached.</summary>
    public void Put(BrokerInfo broker) => Change(image => image with
    {
        Brokers = image.Brokers.SetItem(broker.Id, broker),
    });

    /// <summary>The image of a single broker with these topics.</summary>
    public static ClusterImage Single(
        string clusterId, BrokerInfo broker, IReadOnlyCollection<TopicDocument> topics) => new(
        clusterId,
        broker.Id,
        ImmutableSortedDictionary<int, BrokerInfo>.Empty.Add(broker.Id, broker),
        topics.ToImmutableSortedDictionary(topic => topic.Name, topic => topic, StringComparer.Ordinal),
        topics.ToImmutableDictionary(topic => topic.Id));

    private void Change(Func<ClusterImage, ClusterImage> change)
    {
        lock (_gate)
        {
            Volatile.Write(ref _image, change(_image));
        }

        Changed?.Invoke();
    }
}
