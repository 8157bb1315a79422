using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>Reads the partitions of a Fetch request.</summary>
internal static class FetchRequests
{
    /// <summary>The first version that names topics by id.</summary>
    public const short FirstVersionWithTopicIds = 13;

    /// <summary>All partitions of a full fetch, in the client's order.</summary>
    public static List<FetchTarget> Targets(FetchRequest request, bool byTopicId)
    {
        var targets = new List<FetchTarget>();
        foreach (var topic in request.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var target = new FetchTarget(KeyOf(topic, partition.Partition, byTopicId));
                Copy(partition, target);
                targets.Add(target);
            }
        }

        return targets;
    }

    /// <summary>The key of one partition.</summary>
    public static FetchKey KeyOf(FetchRequest.FetchTopic topic, int partition, bool byTopicId) => byTopicId
        ? new FetchKey(null, topic.TopicId, partition)
        : new FetchKey(topic.Topic, Guid.Empty, partition);

    /// <summary>Takes the client's position.</summary>
    public static void Copy(FetchRequest.FetchPartition from, FetchTarget to)
    {
        to.Offset = from.FetchOffset;
        to.MaxBytes = from.PartitionMaxBytes;
        to.CurrentLeaderEpoch = from.CurrentLeaderEpoch;
        to.LastFetchedEpoch = from.LastFetchedEpoch;
    }
}
