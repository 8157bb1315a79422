using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Topics;

namespace ActorBroker.Broker.Groups;

/// <summary>The topics of one image of the cluster, as coordinators see them; any thread.</summary>
/// <remarks>
/// An image may show a leadership before it shows a topic that is older: documents are followed one by one. Whoever
/// takes a coordinator's place must not take that topic for gone, and delete what groups have committed of it. So the
/// catalogue itself has the last word on what an image lacks.
/// </remarks>
internal sealed class GroupTopicView(ClusterImage? image, Func<string, TopicDocument?> catalogue) : IGroupTopics
{
    public static readonly GroupTopicView None = new(null, static _ => null);

    // Made when first asked for: most topics are never asked for between two changes.
    private readonly ConcurrentDictionary<Guid, GroupTopic> _topics = new();

    /// <inheritdoc/>
    public IEnumerable<string> Names =>
        image?.TopicsByName.Keys.Where(static name => !TopicNames.IsInternal(name)) ?? [];

    /// <summary>
    /// True when groups and their coordinators would see nothing new in the other image: the same topics, leaders and
    /// replicas on brokers of the same racks. Configs, in-sync replicas and the like are nothing to them.
    /// </summary>
    public bool IsOf(ClusterImage other) => image is not null &&
        (ReferenceEquals(image.TopicsByName, other.TopicsByName) || IsSame(image.TopicsByName, other.TopicsByName)) &&
        (ReferenceEquals(image.Brokers, other.Brokers) || IsSame(image.Brokers, other.Brokers));

    /// <inheritdoc/>
    public GroupTopic? Find(string name) =>
        image is not null && image.TopicsByName.TryGetValue(name, out var topic) ? Of(topic)
            : catalogue(name) is { } newer ? Of(newer)
            : null;

    /// <inheritdoc/>
    public GroupTopic? Find(Guid id) =>
        image is not null && image.TopicsById.TryGetValue(id, out var topic) ? Of(topic) : null;

    private static bool IsSame(
        ImmutableSortedDictionary<string, TopicDocument> mine, ImmutableSortedDictionary<string, TopicDocument> others)
    {
        if (mine.Count != others.Count)
        {
            return false;
        }

        foreach (var (name, topic) in mine)
        {
            if (!others.TryGetValue(name, out var other) || (!ReferenceEquals(topic, other) && !IsSame(topic, other)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSame(TopicDocument mine, TopicDocument other) =>
        mine.Id == other.Id && (mine.Partitions == other.Partitions ||
        (mine.Partitions.Length == other.Partitions.Length && mine.Partitions.Zip(other.Partitions).All(
            static pair => pair.First.Leader == pair.Second.Leader &&
                pair.First.Replicas.AsSpan().SequenceEqual(pair.Second.Replicas.AsSpan()))));

    private static bool IsSame(
        ImmutableSortedDictionary<int, BrokerInfo> mine, ImmutableSortedDictionary<int, BrokerInfo> others) =>
        mine.Count == others.Count && mine.Zip(others).All(
            static pair => pair.First.Key == pair.Second.Key && pair.First.Value.Rack == pair.Second.Value.Rack);

    private GroupTopic Of(TopicDocument topic) => _topics.TryGetValue(topic.Id, out var known)
        ? known
        : _topics.GetOrAdd(topic.Id, new GroupTopic(topic.Id, topic.Name, topic.Partitions.Length, RacksOf(topic)));

    private IReadOnlyList<IReadOnlyList<string>> RacksOf(TopicDocument topic)
    {
        if (image!.Brokers.Values.All(static broker => broker.Rack is null))
        {
            return [];
        }

        return
        [
            .. topic.Partitions.Select(partition => (IReadOnlyList<string>)
            [
                .. partition.Replicas
                    .Select(id => image.Brokers.TryGetValue(id, out var broker) ? broker.Rack : null)
                    .OfType<string>().Distinct(),
            ]),
        ];
    }
}
