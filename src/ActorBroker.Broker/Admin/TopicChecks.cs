using System.Collections.Immutable;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>Which brokers hold each new partition, or why that can't be said.</summary>
internal readonly record struct PlacementPlan(ErrorCode Error, string? Message, IReadOnlyList<int[]> Assignments)
{
    public static PlacementPlan Refused(ErrorCode error, string message) => new(error, message, []);
}

/// <summary>The rules for new topics and new partitions.</summary>
internal static class TopicChecks
{
    /// <summary>Partitions of one topic: each costs files, and a slip of the finger must not cost the broker.</summary>
    public const int PartitionsMax = 10_000;

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
    public static PlacementPlan Plan(NewTopic topic, BrokerConfig config, ClusterImage image)
    {
        if (topic.Assignments is { Count: > 0 } assignments)
        {
            return topic.Partitions != -1 || topic.ReplicationFactor != -1
                ? PlacementPlan.Refused(
                    ErrorCode.InvalidRequest, "with assignments, partition count and replication factor must be -1")
                : PlanAssigned(assignments, image);
        }

        var count = topic.Partitions == -1 ? config.Get(BrokerKeys.NumPartitions) : topic.Partitions;
        if (count is < 1 or > PartitionsMax)
        {
            return PlacementPlan.Refused(
                ErrorCode.InvalidPartitions, $"the number of partitions must be between 1 and {PartitionsMax}, or -1");
        }

        var factor = topic.ReplicationFactor == -1
            ? config.Get(BrokerKeys.DefaultReplicationFactor)
            : topic.ReplicationFactor;
        return factor < 1 || factor > image.Brokers.Count
            ? PlacementPlan.Refused(
                ErrorCode.InvalidReplicationFactor,
                $"the replication factor must be between 1 and the {image.Brokers.Count} live brokers, or -1; it is {factor}")
            : new PlacementPlan(ErrorCode.None, null, Place(0, count, factor, image));
    }

    /// <summary>Where a topic's additional partitions go.</summary>
    public static PlacementPlan Plan(TopicGrowth growth, TopicDocument topic, ClusterImage image)
    {
        var present = topic.Partitions.Length;
        if (growth.Count <= present || growth.Count > PartitionsMax)
        {
            return PlacementPlan.Refused(
                ErrorCode.InvalidPartitions,
                $"the topic has {present} partitions; the new total must be above that and at most {PartitionsMax}");
        }

        var added = growth.Count - present;
        var factor = topic.Partitions[0].Replicas.Length;
        if (growth.Assignments is not { } assignments)
        {
            return new PlacementPlan(ErrorCode.None, null, Place(present, added, factor, image));
        }

        return assignments.Count != added
            ? PlacementPlan.Refused(
                ErrorCode.InvalidReplicaAssignment, $"{added} partitions are added, {assignments.Count} are assigned")
            : Checked(assignments, factor, image);
    }

    /// <summary>The first state of partitions with these replicas: the first replica leads, epoch 0.</summary>
    public static ImmutableArray<PartitionState> NewPartitions(IReadOnlyList<int[]> assignments) =>
        [.. assignments.Select(replicas => new PartitionState([.. replicas], [.. replicas], replicas[0], 0, []))];

    private static PlacementPlan PlanAssigned(IReadOnlyDictionary<int, int[]> assignments, ClusterImage image)
    {
        var ordered = new int[assignments.Count][];
        for (var index = 0; index < ordered.Length; index++)
        {
            if (!assignments.TryGetValue(index, out var replicas))
            {
                return PlacementPlan.Refused(
                    ErrorCode.InvalidReplicaAssignment, "the assigned partitions must be 0, 1, 2, ... without a gap");
            }

            ordered[index] = replicas;
        }

        return Checked(ordered, ordered[0].Length, image);
    }

    private static PlacementPlan Checked(IReadOnlyList<int[]> assignments, int factor, ClusterImage image)
    {
        foreach (var replicas in assignments)
        {
            if (replicas.Length == 0 || replicas.Length != factor)
            {
                return PlacementPlan.Refused(
                    ErrorCode.InvalidReplicaAssignment, "every partition must have the same number of replicas, at least one");
            }

            if (replicas.Distinct().Count() != replicas.Length)
            {
                return PlacementPlan.Refused(
                    ErrorCode.InvalidReplicaAssignment, "a partition can't have two replicas on one broker");
            }

            foreach (var broker in replicas)
            {
                if (!image.Brokers.ContainsKey(broker))
                {
                    return PlacementPlan.Refused(
                        ErrorCode.InvalidReplicaAssignment, $"broker {broker} is not alive or doesn't exist");
                }
            }
        }

        return new PlacementPlan(ErrorCode.None, null, assignments);
    }

    /// <summary>Round robin over the live brokers.</summary>
    private static int[][] Place(int first, int count, int factor, ClusterImage image)
    {
        int[] brokers = [.. image.Brokers.Keys];
        var placed = new int[count][];
        for (var index = 0; index < count; index++)
        {
            placed[index] = new int[Math.Min(factor, brokers.Length)];
            for (var replica = 0; replica < placed[index].Length; replica++)
            {
                placed[index][replica] = brokers[(first + index + replica) % brokers.Length];
            }
        }

        return placed;
    }
}
