using System.Collections.Immutable;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// Who is in sync and who is eligible: the transitions of one partition. Each answers the same object where nothing
/// changes.
/// </summary>
/// <remarks>
/// <para>
/// One thing holds in every state: each member of the in-sync set and each eligible replica holds every committed
/// record, as long as its broker has not begun another life than the recorded one. Members enter only by the leader's
/// proposal, for whom a proposed member counts at once; everybody else only takes members away, or makes them
/// eligible. And nothing is committed while there is an eligible replica.
/// </para>
/// <para>
/// Eligible are those who leave the in-sync set when fewer than the minimum remain (KIP-966); once as many are in sync
/// again, nobody is, since from then on records are committed without them.
/// </para>
/// </remarks>
public static class PartitionStates
{
    /// <summary>
    /// A new partition: every live replica is in sync, and the first of them leads in epoch 0, one that is not draining
    /// if there is one.
    /// </summary>
    public static PartitionState Create(ImmutableArray<int> replicas, ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var inSync = replicas.Where(view.IsLive).Select(id => new Member(id, view.EpochOf(id))).ToList();
        Invariant.Holds(inSync.Count > 0);
        return new PartitionState(
            replicas, Ids(inSync), LeaderOf(inSync, replicas, view), LeaderEpoch: 0, EligibleLeaders: [])
        {
            InSyncEpochs = EpochsOf(inSync, replicas),
        };
    }

    /// <summary>
    /// A broker begins a life, in the epoch that it has just registered, and has not joined yet: what it says about
    /// its replica. After a clean stop it is what it was before. After an unclean one it may have lost records: it is
    /// neither in sync nor eligible, unless nobody else is, since then nobody can know more; as a leader it then begins
    /// a new leadership.
    /// </summary>
    /// <param name="state">As it is.</param>
    /// <param name="brokerId">The broker.</param>
    /// <param name="cleanEpoch">
    /// The epoch of its life before, if that one ended cleanly; otherwise null. Only what is recorded in exactly that
    /// epoch (or in none) is taken for clean: a life that ended before it had looked at this document proves nothing.
    /// </param>
    /// <param name="view">The brokers, this one under its new epoch.</param>
    /// <param name="minInsyncReplicas">The minimum in force.</param>
    public static PartitionState Adopt(
        this PartitionState state, int brokerId, long? cleanEpoch, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        var recorded = state.InSyncEpochOf(brokerId) ?? state.EligibleEpochOf(brokerId);
        var epoch = view.EpochOf(brokerId);
        Invariant.Holds(epoch >= 0);
        if (recorded is null || recorded == epoch)
        {
            return state;
        }

        if (cleanEpoch is { } clean && (recorded == clean || recorded < 0))
        {
            return state.InEpoch(brokerId, epoch);
        }

        return state.HasOthers(brokerId, view)
            ? state.Without(brokerId, view, minInsyncReplicas)
            : state.InEpoch(brokerId, epoch) with
            {
                LeaderEpoch = state.Leader == brokerId ? state.LeaderEpoch + 1 : state.LeaderEpoch,
            };
    }

    /// <summary>
    /// The state still counts on an earlier life of a broker that has joined already: somebody who had not heard of the
    /// present one recorded it after the broker's start had looked. It is adopted like after an unclean stop, since
    /// that life is long over. Null: there is nothing to correct, or this view knows of another life.
    /// </summary>
    public static PartitionState? AdoptLate(
        this PartitionState state, int brokerId, long brokerEpoch, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        return view.EpochOf(brokerId) == brokerEpoch && state.IsRecordedBefore(brokerId, brokerEpoch)
            ? state.Adopt(brokerId, cleanEpoch: null, view, minInsyncReplicas)
            : null;
    }

    /// <summary>
    /// A replica has lost records within its broker's life: a disk failed, or the log was found damaged. It is neither
    /// in sync nor eligible any more, unless nobody else is; as a leader it then begins a new leadership, since what it
    /// lost may stand in other logs under its present epoch. It must not serve or follow before that is recorded.
    /// </summary>
    public static PartitionState LoseRecords(
        this PartitionState state, int brokerId, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        var isMember = state.InSync.Contains(brokerId) || state.EligibleLeaders.Contains(brokerId);
        return isMember && state.HasOthers(brokerId, view)
            ? state.Without(brokerId, view, minInsyncReplicas)
            : state.Leader == brokerId ? state with { LeaderEpoch = state.LeaderEpoch + 1 } : state;
    }

    /// <summary>A broker is gone for good: it is relied on no more, unless nobody else can be.</summary>
    public static PartitionState Unregister(
        this PartitionState state, int brokerId, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(view);
        var isMember = state.InSync.Contains(brokerId) || state.EligibleLeaders.Contains(brokerId);
        return isMember && state.HasOthers(brokerId, view) ? state.Without(brokerId, view, minInsyncReplicas) : state;
    }

    /// <summary>
    /// These are in sync from now on, under this leader; who leaves stays eligible while fewer than the minimum are
    /// in sync.
    /// </summary>
    internal static PartitionState With(
        this PartitionState state, List<Member> inSync, int leader, ClusterView view, int minInsyncReplicas)
    {
        var replicas = state.Replicas;
        inSync.Sort((left, right) => replicas.IndexOf(left.Id).CompareTo(replicas.IndexOf(right.Id)));
        var eligible = new List<Member>();
        if (inSync.Count < state.EffectiveMinInSync(minInsyncReplicas))
        {
            foreach (var member in Member.EligibleOf(state).Concat(Member.InSyncOf(state)))
            {
                if (replicas.Contains(member.Id) && !view.IsStale(member.Id, member.Epoch) &&
                    !inSync.Exists(other => other.Id == member.Id))
                {
                    eligible.Add(member);
                }
            }
        }

        return state.With(inSync, eligible, leader);
    }

    internal static PartitionState With(
        this PartitionState state, List<Member> inSync, List<Member> eligible, int leader)
    {
        Invariant.Holds(leader == -1 || inSync.Exists(member => member.Id == leader));
        Invariant.Holds(inSync.TrueForAll(member => state.Replicas.Contains(member.Id)));
        var next = state with
        {
            InSync = Ids(inSync),
            InSyncEpochs = EpochsOf(inSync, state.Replicas),
            EligibleLeaders = Ids(eligible),
            EligibleLeaderEpochs = EpochsOf(eligible, state.Replicas),
            Leader = leader,
            LeaderEpoch = leader == state.Leader ? state.LeaderEpoch : state.LeaderEpoch + 1,
        };
        return next.Equals(state) ? state : next;
    }

    /// <summary>The first one that can be relied on, in the replicas' order, one that drains only if it must; or
    /// -1.</summary>
    internal static int LeaderOf(List<Member> members, ImmutableArray<int> replicas, ClusterView view)
    {
        var draining = -1;
        foreach (var id in replicas)
        {
            var index = members.FindIndex(member => member.Id == id);
            if (index < 0 || !members[index].Counts(view))
            {
                continue;
            }

            if (!view.IsDraining(id))
            {
                return id;
            }

            draining = draining == -1 ? id : draining;
        }

        return draining;
    }

    private static PartitionState Without(
        this PartitionState state, int brokerId, ClusterView view, int minInsyncReplicas)
    {
        var inSync = Member.InSyncOf(state).FindAll(member => member.Id != brokerId);
        var leader = state.Leader == brokerId ? LeaderOf(inSync, state.Replicas, view) : state.Leader;
        var next = state.With(inSync, leader, view, minInsyncReplicas);
        return next.EligibleLeaders.Contains(brokerId)
            ? next.With(inSync, Member.EligibleOf(next).FindAll(member => member.Id != brokerId), leader)
            : next;
    }

    /// <summary>
    /// Somebody else is in sync or eligible. One whose broker is just starting counts: it may be about to stand up for
    /// what it holds.
    /// </summary>
    private static bool HasOthers(this PartitionState state, int brokerId, ClusterView view) =>
        Member.InSyncOf(state).Concat(Member.EligibleOf(state))
            .Any(member => member.Id != brokerId && !view.IsStale(member.Id, member.Epoch));

    private static PartitionState InEpoch(this PartitionState state, int brokerId, long epoch) => state.With(
        Member.InSyncOf(state).ConvertAll(member => member.Id == brokerId ? member with { Epoch = epoch } : member),
        Member.EligibleOf(state).ConvertAll(member => member.Id == brokerId ? member with { Epoch = epoch } : member),
        state.Leader);

    private static ImmutableArray<int> Ids(List<Member> members) => [.. members.Select(static member => member.Id)];

    /// <summary>
    /// Of a partition's only replica no epoch is recorded: nobody else could know more than it, whatever life its
    /// broker is in, so its restarts leave no trace in the catalogue.
    /// </summary>
    private static ImmutableArray<long> EpochsOf(List<Member> members, ImmutableArray<int> replicas) =>
        replicas.Length == 1 ? [] : [.. members.Select(static member => member.Epoch)];
}
