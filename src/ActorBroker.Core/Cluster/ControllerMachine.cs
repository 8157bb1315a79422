using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Core.Cluster;

/// <summary>
/// What a controller does: the catalogue's topics and the brokers as they are now go in, the documents that have to
/// change come out. It remembers nothing, so every broker can be controller at any time, and two at a time do no harm:
/// of two that write, one loses its compare-and-set and looks again.
/// </summary>
/// <remarks>
/// Only liveness hangs on it. Called with what it made itself, on the same brokers, it finds nothing more to do.
/// </remarks>
public static class ControllerMachine
{
    /// <summary>Leaderships that one balancing moves: clients have to find each of them anew.</summary>
    public const int BalancedPartitionsMax = 1_000;

    /// <summary>
    /// To be called whenever brokers or documents have changed. Lost leaders are followed, dead and restarted brokers
    /// leave the in-sync sets, draining ones give their leaderships away, finished reassignments are completed: see
    /// <see cref="PartitionElections.Supervise"/>.
    /// </summary>
    /// <param name="topics">Every topic.</param>
    /// <param name="view">The brokers.</param>
    /// <param name="settingsOf">A topic's settings in force; asked only for topics that need a look.</param>
    /// <returns>The next version of each topic that changes; usually nothing.</returns>
    public static ImmutableArray<TopicDocument> Supervise(
        IEnumerable<TopicDocument> topics, ClusterView view, Func<TopicDocument, ElectionSettings> settingsOf)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(settingsOf);
        ImmutableArray<TopicDocument>.Builder? changed = null;
        foreach (var topic in topics)
        {
            if (!IsQuiet(topic, view) && topic.Supervise(view, settingsOf(topic)) is { } next)
            {
                (changed ??= ImmutableArray.CreateBuilder<TopicDocument>()).Add(next);
            }
        }

        return changed is null ? [] : changed.ToImmutable();
    }

    /// <summary>
    /// To be called every <c>leader.imbalance.check.interval.seconds</c>, where
    /// <c>auto.leader.rebalance.enable</c> says so. Where more than <paramref name="imbalancePercentage"/> percent of
    /// the partitions that prefer a broker are led by others, it gets back those that it can lead.
    /// </summary>
    /// <returns>The next version of each topic that changes.</returns>
    public static ImmutableArray<TopicDocument> BalanceLeaders(
        IReadOnlyCollection<TopicDocument> topics, ClusterView view, int imbalancePercentage)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(view);
        var deprived = DeprivedBrokers(topics, imbalancePercentage);
        if (deprived.Count == 0)
        {
            return [];
        }

        var changed = ImmutableArray.CreateBuilder<TopicDocument>();
        var left = BalancedPartitionsMax;
        foreach (var topic in topics)
        {
            // A move within the in-sync set: the settings are not asked for.
            var next = topic.Change((view, deprived), (state, now) =>
                left > 0 && now.deprived.Contains(state.Replicas[0]) && state.ToPreferred(now.view) is { } preferred
                    ? Counted(preferred)
                    : state);
            if (next is not null)
            {
                changed.Add(next);
            }
        }

        return changed.ToImmutable();

        PartitionState Counted(PartitionState state)
        {
            left--;
            return state;
        }
    }

    private static bool IsQuiet(TopicDocument topic, ClusterView view)
    {
        foreach (var state in topic.Partitions)
        {
            if (!PartitionElections.IsQuiet(state, view))
            {
                return false;
            }
        }

        return true;
    }

    private static HashSet<int> DeprivedBrokers(IEnumerable<TopicDocument> topics, int imbalancePercentage)
    {
        var shares = new Dictionary<int, (int Preferring, int LedByOthers)>();
        foreach (var topic in topics)
        {
            foreach (var state in topic.Partitions)
            {
                var (preferring, ledByOthers) = shares.GetValueOrDefault(state.Replicas[0]);
                shares[state.Replicas[0]] =
                    (preferring + 1, ledByOthers + (state.Leader == state.Replicas[0] ? 0 : 1));
            }
        }

        return
        [
            .. shares
                .Where(share => share.Value.LedByOthers * 100L > share.Value.Preferring * (long)imbalancePercentage)
                .Select(share => share.Key),
        ];
    }
}
