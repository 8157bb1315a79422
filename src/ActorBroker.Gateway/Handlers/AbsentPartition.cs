using ActorBroker.Broker;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>Why a partition can't be found here: the cluster doesn't know it, or another broker holds it.</summary>
internal static class AbsentPartition
{
    /// <summary>For a partition that was asked for by name.</summary>
    public static ErrorCode WhyAbsent(this BrokerNode node, string topic, int partition) =>
        node.Cluster.TopicsByName.TryGetValue(topic, out var document) && Has(document.Partitions.Length, partition)
            ? ErrorCode.NotLeaderOrFollower
            : ErrorCode.UnknownTopicOrPartition;

    /// <summary>For a partition that was asked for by topic id.</summary>
    public static ErrorCode WhyAbsent(this BrokerNode node, Guid topicId, int partition)
    {
        if (!node.Cluster.TopicsById.TryGetValue(topicId, out var document))
        {
            return ErrorCode.UnknownTopicId;
        }

        return Has(document.Partitions.Length, partition)
            ? ErrorCode.NotLeaderOrFollower
            : ErrorCode.UnknownTopicOrPartition;
    }

    private static bool Has(int partitions, int partition) => partition >= 0 && partition < partitions;
}
