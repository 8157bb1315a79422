using System.Collections.Immutable;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// What can happen to a topic's document. Each function makes the next version, to be stored by compare-and-set on
/// the one it was made from; none changes anything. However many partitions change, it is one version; those that
/// answer null found nothing to change.
/// </summary>
public static class TopicDocuments
{
    /// <summary>A new topic: every live replica is in sync, the first of them leads in epoch 0.</summary>
    public static TopicDocument Create(
        string name,
        Guid id,
        ImmutableArray<ImmutableArray<int>> replicas,
        ImmutableSortedDictionary<string, string> configs,
        ClusterView view) =>
        new(name, id, Version: 1, [.. replicas.Select(ids => PartitionStates.Create(ids, view))], configs);

    /// <summary>More partitions, after the present ones.</summary>
    public static TopicDocument Grow(
        this TopicDocument topic, ImmutableArray<ImmutableArray<int>> newPartitions, ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic with
        {
            Version = topic.Version + 1,
            Partitions = topic.Partitions.AddRange(newPartitions.Select(ids => PartitionStates.Create(ids, view))),
        };
    }

    /// <summary>Other configs, made with <see cref="ConfigEdits"/>.</summary>
    public static TopicDocument WithConfigs(
        this TopicDocument topic, ImmutableSortedDictionary<string, string> configs)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic with { Version = topic.Version + 1, Configs = configs };
    }

    /// <summary>One partition in another state.</summary>
    public static TopicDocument With(this TopicDocument topic, int partition, PartitionState state)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic with
        {
            Version = topic.Version + 1,
            Partitions = topic.Partitions.SetItem(partition, state),
        };
    }

    /// <summary>What a controller owes the topic's partitions: <see cref="PartitionElections.Supervise"/>.</summary>
    public static TopicDocument? Supervise(this TopicDocument topic, ClusterView view, ElectionSettings settings) =>
        topic.Change((view, settings), static (state, now) => state.Supervise(now.view, now.settings));

    /// <summary>A broker begins a life: <see cref="PartitionStates.Adopt"/>.</summary>
    public static TopicDocument? Adopt(
        this TopicDocument topic, int brokerId, long? cleanEpoch, ClusterView view, int minInsyncReplicas) =>
        topic.Change(
            (brokerId, cleanEpoch, view, minInsyncReplicas),
            static (state, life) => state.Adopt(life.brokerId, life.cleanEpoch, life.view, life.minInsyncReplicas));

    /// <summary>A broker is gone for good: <see cref="PartitionStates.Unregister"/>.</summary>
    public static TopicDocument? Unregister(
        this TopicDocument topic, int brokerId, ClusterView view, int minInsyncReplicas) =>
        topic.Change(
            (brokerId, view, minInsyncReplicas),
            static (state, gone) => state.Unregister(gone.brokerId, gone.view, gone.minInsyncReplicas));

    /// <summary>Each partition as the function makes it; null, at no cost, where that is the same for all.</summary>
    internal static TopicDocument? Change<T>(
        this TopicDocument topic, T argument, Func<PartitionState, T, PartitionState> change)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ImmutableArray<PartitionState>.Builder? changed = null;
        var partitions = topic.Partitions;
        for (var index = 0; index < partitions.Length; index++)
        {
            var next = change(partitions[index], argument);
            if (!ReferenceEquals(next, partitions[index]))
            {
                changed ??= partitions.ToBuilder();
                changed[index] = next;
            }
        }

        return changed is null
            ? null
            : topic with { Version = topic.Version + 1, Partitions = changed.MoveToImmutable() };
    }
}
