using System.Collections.Immutable;
using ActorBroker.Core.Cluster;
using ActorBroker.Records;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// Moves a partition to other brokers (KIP-455). While that is under way the replicas are the new ones in their order,
/// then those that will go; when all that are added are in sync, the latter are dropped.
/// </summary>
public static class PartitionReassignments
{
    /// <summary>Begins a reassignment; one that is under way gives way to it.</summary>
    public static PartitionChange Reassign(
        this PartitionState state, ImmutableArray<int> target, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        if (ProblemOf(target, view) is { } problem)
        {
            return PartitionChange.Refused(ErrorCode.InvalidReplicaAssignment, problem);
        }

        var original = state.Replicas.RemoveRange(state.Adding);
        var removing = original.RemoveRange(target);
        var next = state with
        {
            Replicas = target.AddRange(removing),
            Adding = target.RemoveRange(original),
            Removing = removing,
        };
        return next.Narrow(state, view, minInsyncReplicas);
    }

    /// <summary>Gives a reassignment up: the replicas are those from before.</summary>
    public static PartitionChange CancelReassignment(
        this PartitionState state, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        if (!state.IsReassigning)
        {
            return PartitionChange.Refused(ErrorCode.NoReassignmentInProgress, "no reassignment is under way");
        }

        var next = state with { Replicas = state.Replicas.RemoveRange(state.Adding), Adding = [], Removing = [] };
        return next.Narrow(state, view, minInsyncReplicas);
    }

    /// <summary>
    /// Drops those that go, once all that come are in sync and enough stay; before that, and without a reassignment,
    /// the same object.
    /// </summary>
    internal static PartitionState CompleteReassignment(
        this PartitionState state, ClusterView view, int minInsyncReplicas)
    {
        if (!state.IsReassigning)
        {
            return state;
        }

        var target = state with
        {
            Replicas = state.Replicas.RemoveRange(state.Removing),
            Adding = [],
            Removing = [],
        };
        var staying = Member.InSyncOf(state)
            .FindAll(member => target.Replicas.Contains(member.Id) && member.Counts(view));
        return staying.Count >= target.EffectiveMinInSync(minInsyncReplicas) &&
            state.Adding.All(id => staying.Exists(member => member.Id == id))
            ? target.Narrow(state, view, minInsyncReplicas).State ?? state
            : state;
    }

    /// <summary>
    /// The state with fewer replicas than before: who is none any more is neither in sync nor eligible nor leader. A
    /// new leadership begins, even under the same leader: a replica that is dropped removes its log, and if it is
    /// added again before the leader has heard of either, what it said before must not count.
    /// </summary>
    private static PartitionChange Narrow(
        this PartitionState next, PartitionState before, ClusterView view, int minInsyncReplicas)
    {
        var inSync = Member.InSyncOf(before).FindAll(member => next.Replicas.Contains(member.Id));
        var holding = inSync.Count + before.EligibleLeaders.Count(next.Replicas.Contains);
        var held = before.InSync.Length + before.EligibleLeaders.Length;
        if ((inSync.Count == 0 && before.InSync.Length > 0) ||
            (holding < held && holding < next.EffectiveMinInSync(minInsyncReplicas)))
        {
            return PartitionChange.Refused(
                ErrorCode.InvalidReplicaAssignment,
                $"only {holding} of the replicas that would be left hold every record: try again when more do");
        }

        var leader = next.Replicas.Contains(before.Leader)
            ? before.Leader
            : PartitionStates.LeaderOf(inSync, next.Replicas, view);
        var narrowed = next.With(inSync, leader, view, minInsyncReplicas);
        if (!before.Replicas.All(narrowed.Replicas.Contains) && narrowed.LeaderEpoch == before.LeaderEpoch)
        {
            narrowed = narrowed with { LeaderEpoch = before.LeaderEpoch + 1 };
        }

        return PartitionChange.To(narrowed.CompleteReassignment(view, minInsyncReplicas));
    }

    private static string? ProblemOf(ImmutableArray<int> target, ClusterView view)
    {
        if (target.IsDefaultOrEmpty)
        {
            return "a partition needs at least one replica";
        }

        if (target.Distinct().Count() != target.Length)
        {
            return $"a broker holds a partition only once, not as in {string.Join(',', target)}";
        }

        foreach (var id in target)
        {
            if (!view.IsRegistered(id))
            {
                return $"there is no broker {id}";
            }
        }

        return null;
    }
}
