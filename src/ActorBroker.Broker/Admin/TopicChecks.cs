using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>The rules for new topics and new partitions, as far as they need the cluster's state.</summary>
internal static class TopicChecks
{
    /// <summary>May a topic of this name be created?</summary>
    public static (ErrorCode Error, string? Message) Name(string name, ClusterImage image)
    {
        if (TopicNames.Problem(name) is { } problem)
        {
            return (ErrorCode.InvalidTopicException, problem);
        }

        if (name == TopicNames.ClusterMetadata)
        {
            return (ErrorCode.InvalidRequest, $"topic name '{name}' is reserved");
        }

        if (image.TopicsByName.ContainsKey(name))
        {
            return (ErrorCode.TopicAlreadyExists, $"topic '{name}' already exists");
        }

        return TopicNames.FindCollision(name, image.TopicsByName.Keys) is { } other
            ? (ErrorCode.InvalidTopicException, $"topic name '{name}' differs from '{other}' only by '.' and '_'")
            : (ErrorCode.None, null);
    }

    /// <summary>Where the partitions of a new topic go.</summary>
    public static Placement Plan(NewTopic topic, BrokerConfig config, ClusterView view)
    {
        var brokers = view.PlacementBrokers;
        if (topic.Assignments is { Count: > 0 } assignments)
        {
            return topic.Partitions != -1 || topic.ReplicationFactor != -1
                ? new Placement(
                    ErrorCode.InvalidRequest,
                    "with assignments, partition count and replication factor must be -1",
                    default)
                : ReplicaPlacement.Manual(assignments, brokers);
        }

        var count = topic.Partitions == -1 ? config.Get(BrokerKeys.NumPartitions) : topic.Partitions;
        var factor = topic.ReplicationFactor == -1
            ? config.Get(BrokerKeys.DefaultReplicationFactor)
            : topic.ReplicationFactor;
        return ReplicaPlacement.Place(brokers, count, factor, Random.Shared.Next());
    }

    /// <summary>Where a topic's additional partitions go.</summary>
    public static Placement Plan(TopicGrowth growth, TopicDocument topic, ClusterView view) => ReplicaPlacement.Grow(
        topic, growth.Count, growth.Assignments, view.PlacementBrokers, Random.Shared.Next());
}
