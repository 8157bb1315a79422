using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Cluster;

/// <summary>The next image, after a change.</summary>
internal static class ClusterImages
{
    public static ClusterImage With(this ClusterImage image, TopicDocument topic) => image with
    {
        TopicsByName = image.TopicsByName.SetItem(topic.Name, topic),
        TopicsById = image.TopicsById.SetItem(topic.Id, topic),
    };

    public static ClusterImage Without(this ClusterImage image, TopicDocument topic) => image with
    {
        TopicsByName = image.TopicsByName.Remove(topic.Name),
        TopicsById = image.TopicsById.Remove(topic.Id),
    };

    /// <summary>All of them, at the start.</summary>
    public static ClusterImage With(
        this ClusterImage image,
        IReadOnlyCollection<BrokerRegistration> brokers,
        IReadOnlyCollection<TopicDocument> topics)
    {
        return image with
        {
            Registered = brokers.ToImmutableSortedDictionary(static broker => broker.Id, static broker => broker),
            TopicsByName = topics.ToImmutableSortedDictionary(
                static topic => topic.Name, static topic => topic, StringComparer.Ordinal),
            TopicsById = topics.ToImmutableDictionary(static topic => topic.Id),
        };
    }

    /// <summary>
    /// Alive is who is registered and a member, in the same epoch; the lowest of them is the controller. What did not
    /// change stays the same object.
    /// </summary>
    public static ClusterImage WithLive(this ClusterImage image, ImmutableSortedDictionary<int, long> members)
    {
        var brokers = image.Registered.Values
            .Where(broker => members.TryGetValue(broker.Id, out var epoch) && epoch == broker.Epoch)
            .ToImmutableSortedDictionary(static broker => broker.Id, broker => InfoOf(image, broker));
        var isSame = brokers.Count == image.Brokers.Count && brokers.Values.All(
            broker => image.Brokers.TryGetValue(broker.Id, out var known) && ReferenceEquals(known, broker));
        return isSame
            ? image
            : image with { Brokers = brokers, ControllerId = brokers.IsEmpty ? -1 : brokers.Keys.First() };
    }

    private static BrokerInfo InfoOf(ClusterImage image, BrokerRegistration broker)
    {
        var info = new BrokerInfo(
            broker.Id,
            [.. broker.Endpoints.Select(static each => new BrokerEndpoint(each.Listener, each.Host, each.Port))],
            broker.Rack);
        return image.Brokers.TryGetValue(broker.Id, out var known) && known.Rack == info.Rack &&
            known.Endpoints.SequenceEqual(info.Endpoints)
            ? known
            : info;
    }
}
