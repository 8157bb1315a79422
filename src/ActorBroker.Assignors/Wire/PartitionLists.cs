using ActorBroker.Records;

namespace ActorBroker.Assignors.Wire;

/// <summary>Partitions as lists by topic, as the wire has them.</summary>
internal static class PartitionLists
{
    public static List<KeyValuePair<string, List<int>>> ByTopic(IReadOnlyCollection<TopicPartition> partitions)
    {
        var topics = new List<KeyValuePair<string, List<int>>>();
        var places = new Dictionary<string, List<int>>();
        foreach (var (topic, partition) in partitions)
        {
            if (!places.TryGetValue(topic, out var indexes))
            {
                indexes = places[topic] = [];
                topics.Add(new(topic, indexes));
            }

            indexes.Add(partition);
        }

        return topics;
    }

    public static List<TopicPartition> Flatten<T>(
        List<T> topics, Func<T, string> nameOf, Func<T, List<int>> partitionsOf)
    {
        var partitions = new List<TopicPartition>();
        foreach (var topic in topics)
        {
            foreach (var partition in partitionsOf(topic))
            {
                partitions.Add(new TopicPartition(nameOf(topic), partition));
            }
        }

        return partitions;
    }
}
