using System.Collections.Immutable;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// What can happen to a topic's document. Each function makes the next version, to be stored by compare-and-set on
/// the one it was made from; none changes anything.
/// </summary>
public static class TopicDocuments
{
    /// <summary>A new topic: every replica is in sync, the first one leads in epoch 0.</summary>
    public static TopicDocument Create(
        string name,
        Guid id,
        ImmutableArray<ImmutableArray<int>> replicas,
        ImmutableSortedDictionary<string, string> configs) =>
        new(name, id, Version: 1, [.. replicas.Select(NewPartition)], configs);

    /// <summary>More partitions, after the present ones.</summary>
    public static TopicDocument Grow(this TopicDocument topic, ImmutableArray<ImmutableArray<int>> newPartitions)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic with
        {
            Version = topic.Version + 1,
            Partitions = topic.Partitions.AddRange(newPartitions.Select(NewPartition)),
        };
    }

    /// <summary>Other configs, made with <see cref="ConfigEdits"/>.</summary>
    public static TopicDocument WithConfigs(
        this TopicDocument topic, ImmutableSortedDictionary<string, string> configs)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic with { Version = topic.Version + 1, Configs = configs };
    }

    /// <summary>
    /// A new leader of a partition, or none (-1): the next leader epoch, also where the same broker leads again.
    /// </summary>
    public static TopicDocument WithLeader(
        this TopicDocument topic, int partition, int leader, ImmutableArray<int> inSync)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var state = topic.Partitions[partition];
        Invariant.Holds(leader == -1 || inSync.Contains(leader));
        Invariant.Holds(inSync.All(state.Replicas.Contains));
        return topic.With(partition, state with
        {
            Leader = leader,
            LeaderEpoch = state.LeaderEpoch + 1,
            InSync = inSync,
            EligibleLeaders = [.. state.EligibleLeaders.Except(inSync)],
        });
    }

    /// <summary>The leader's change of its in-sync set: within its epoch.</summary>
    public static TopicDocument WithInSync(this TopicDocument topic, int partition, ImmutableArray<int> inSync)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var state = topic.Partitions[partition];
        Invariant.Holds(inSync.Contains(state.Leader));
        Invariant.Holds(inSync.All(state.Replicas.Contains));
        return topic.With(partition, state with
        {
            InSync = inSync,
            EligibleLeaders = [.. state.EligibleLeaders.Except(inSync)],
        });
    }

    private static TopicDocument With(this TopicDocument topic, int partition, PartitionState state) => topic with
    {
        Version = topic.Version + 1,
        Partitions = topic.Partitions.SetItem(partition, state),
    };

    private static PartitionState NewPartition(ImmutableArray<int> replicas) =>
        new(replicas, InSync: replicas, Leader: replicas[0], LeaderEpoch: 0, EligibleLeaders: []);
}
