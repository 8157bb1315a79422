using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Core.Cluster;

/// <summary>
/// Gives partitions the replicas that they should have had from the start. The offsets topic is made when a group first
/// asks for its coordinator, which may be before the cluster's other brokers are there; with its only broker all
/// groups would be gone.
/// </summary>
public static class ReplicaWidening
{
    /// <summary>
    /// Begins reassignments of partitions that have a single replica, onto brokers that may get new ones: as many as
    /// are meant and possible, in other racks first, evenly, each in its turn the preferred leader. Two or more
    /// replicas are left as they are: somebody may have chosen that.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="replicationFactor">How many replicas are meant.</param>
    /// <param name="view">The brokers.</param>
    /// <param name="minInsyncReplicas">The minimum in force.</param>
    /// <param name="isCalm">
    /// No broker has come for a while: fewer than meant are all that there are. Brokers that start together come one by
    /// one, and the first of them must not be all that it gets.
    /// </param>
    /// <returns>The next version; null where nothing is to be done.</returns>
    public static TopicDocument? Widen(
        this TopicDocument topic, int replicationFactor, ClusterView view, int minInsyncReplicas, bool isCalm)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(view);
        if (replicationFactor < 2 || topic.Partitions.All(static state => !IsSingle(state)))
        {
            return null;
        }

        var brokers = view.PlacementBrokers;
        if (brokers.Count < (isCalm ? 2 : replicationFactor))
        {
            return null;
        }

        var held = Count(topic.Partitions.SelectMany(static state => state.Replicas));
        var preferred = Count(topic.Partitions.Select(static state => state.Replicas[0]));
        return topic.Change((view, minInsyncReplicas), (state, now) =>
        {
            if (!IsSingle(state))
            {
                return state;
            }

            var chosen = new List<int> { state.Replicas[0] };
            while (chosen.Count < replicationFactor &&
                brokers.Where(broker => !chosen.Contains(broker.Id)).ToArray() is { Length: > 0 } others)
            {
                var next = others.MinBy(broker => (
                    broker.Rack is { } rack && chosen.Exists(id => now.view.RackOf(id) == rack),
                    held.GetValueOrDefault(broker.Id),
                    broker.Id)).Id;
                held[next] = held.GetValueOrDefault(next) + 1;
                chosen.Add(next);
            }

            var first = chosen.MinBy(id => (preferred.GetValueOrDefault(id), id));
            preferred[state.Replicas[0]]--;
            preferred[first] = preferred.GetValueOrDefault(first) + 1;
            ImmutableArray<int> target = [first, .. chosen.Where(id => id != first)];
            return chosen.Count == 1 ? state : state.Reassign(target, now.view, now.minInsyncReplicas).State ?? state;
        });
    }

    private static bool IsSingle(PartitionState state) => state.Replicas.Length == 1 && !state.IsReassigning;

    private static Dictionary<int, int> Count(IEnumerable<int> ids) =>
        ids.CountBy(static id => id).ToDictionary(static each => each.Key, static each => each.Value);
}
