using ActorBroker.Core.Cluster;
using ActorBroker.Records;

namespace ActorBroker.Core.Catalogue;

/// <summary>Who leads a partition: what the controller does by itself, and what an administrator asks for.</summary>
public static class PartitionElections
{
    /// <summary>
    /// What a controller owes a partition, as the brokers are now; the same object where that is nothing. Who is dead,
    /// or in another life than recorded, leaves the in-sync set; so does who drains, as long as the minimum stays. A
    /// leader that is lost or drains is followed by the first in-sync replica, else by an eligible one, else (where
    /// that is allowed) by any that lives. A reassignment whose new replicas are in sync is completed.
    /// </summary>
    public static PartitionState Supervise(this PartitionState state, ClusterView view, ElectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        if (IsQuiet(state, view))
        {
            return state;
        }

        var counting = Member.InSyncOf(state).FindAll(member => member.Counts(view));
        if (counting.Count == 0)
        {
            return state.Rescue(view, settings);
        }

        // Whoever goes anyway makes nobody wait when it is gone.
        var staying = counting.FindAll(member => !view.IsDraining(member.Id));
        var inSync = staying.Count >= state.EffectiveMinInSync(settings.MinInsyncReplicas) ? staying : counting;
        var leader = PartitionStates.LeaderOf(inSync, state.Replicas, view);
        if (inSync.Exists(member => member.Id == state.Leader) &&
            (!view.IsDraining(state.Leader) || view.IsDraining(leader)))
        {
            leader = state.Leader;
        }

        return state.With(inSync, leader, view, settings.MinInsyncReplicas)
            .CompleteReassignment(view, settings.MinInsyncReplicas);
    }

    /// <summary>An administrator asks for an election.</summary>
    public static PartitionChange Elect(
        this PartitionState state, ElectionKind kind, ClusterView view, ElectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        return kind == ElectionKind.Preferred
            ? state.ElectPreferred(view)
            : state.ElectAny(view, settings with { UncleanElections = true });
    }

    private static PartitionChange ElectPreferred(this PartitionState state, ClusterView view)
    {
        var preferred = state.Replicas[0];
        if (state.Leader == preferred)
        {
            return PartitionChange.Refused(ErrorCode.ElectionNotNeeded, "the preferred replica leads already");
        }

        return state.ToPreferred(view) is { } next
            ? PartitionChange.To(next)
            : PartitionChange.Refused(
                ErrorCode.PreferredLeaderNotAvailable,
                $"replica {preferred} is not in sync, or its broker is not there to stay");
    }

    /// <summary>The preferred replica leads; null where it does already, or can't.</summary>
    internal static PartitionState? ToPreferred(this PartitionState state, ClusterView view)
    {
        var preferred = state.Replicas[0];
        return state.Leader != preferred && state.CanLead(preferred, view)
            ? state with { Leader = preferred, LeaderEpoch = state.LeaderEpoch + 1 }
            : null;
    }

    private static PartitionChange ElectAny(this PartitionState state, ClusterView view, ElectionSettings settings)
    {
        if (state.Leader >= 0 && view.Counts(state.Leader, state.InSyncEpochOf(state.Leader) ?? -1))
        {
            return PartitionChange.Refused(ErrorCode.ElectionNotNeeded, $"replica {state.Leader} leads");
        }

        var next = state.Supervise(view, settings);
        return next.Leader >= 0
            ? PartitionChange.To(next)
            : PartitionChange.Refused(ErrorCode.EligibleLeadersNotAvailable, "no replica is alive");
    }

    /// <summary>It is in sync, alive and not draining.</summary>
    internal static bool CanLead(this PartitionState state, int brokerId, ClusterView view) =>
        state.InSyncEpochOf(brokerId) is { } epoch && view.Counts(brokerId, epoch) && !view.IsDraining(brokerId);

    /// <summary>Nothing is to be done: the usual case, which must cost nothing.</summary>
    internal static bool IsQuiet(PartitionState state, ClusterView view)
    {
        if (state.Leader < 0 || state.IsReassigning)
        {
            return false;
        }

        var inSync = state.InSync.AsSpan();
        var epochs = state.InSyncEpochs.AsSpan();
        for (var index = 0; index < inSync.Length; index++)
        {
            var epoch = epochs.IsEmpty ? -1 : epochs[index];
            if (!view.Counts(inSync[index], epoch) || (view.HasDraining && view.IsDraining(inSync[index])))
            {
                return false;
            }
        }

        return inSync.Contains(state.Leader);
    }

    /// <summary>None of the in-sync replicas can be relied on now.</summary>
    private static PartitionState Rescue(this PartitionState state, ClusterView view, ElectionSettings settings)
    {
        var eligible = Member.EligibleOf(state);
        var leader = PartitionStates.LeaderOf(eligible, state.Replicas, view);
        if (leader >= 0)
        {
            List<Member> elected = [eligible.Find(member => member.Id == leader)];
            return state.With(elected, leader, view, settings.MinInsyncReplicas);
        }

        if (settings.UncleanElections)
        {
            // What the others hold says nothing any more.
            var any = state.Replicas.Where(view.IsLive).Select(id => new Member(id, view.EpochOf(id))).ToList();
            leader = PartitionStates.LeaderOf(any, [.. state.Replicas.OrderBy(state.Adding.Contains)], view);
            if (leader >= 0)
            {
                return state.With(any.FindAll(member => member.Id == leader), [], leader);
            }
        }

        // Whoever comes back first leads. If all that is left to hope for is in another life already, it stays: its
        // broker is the only one that may know something, and says so when it starts again.
        var next = state.With([], -1, view, settings.MinInsyncReplicas);
        return next.EligibleLeaders.IsEmpty ? state.With(Member.InSyncOf(state), eligible, -1) : next;
    }
}
