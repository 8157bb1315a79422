using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Replication;

// The followers, the in-sync set and the high watermark that follows from both.
public sealed partial class LeaderMachine
{
    private readonly Dictionary<int, FollowerProgress> _followers = [];
    private PartitionState? _proposed;
    private long _catalogueVersion;

    /// <summary>What the catalogue records, as far as it is known here.</summary>
    public PartitionState State { get; private set; }

    /// <summary>What a compare-and-set under way would record; null without one.</summary>
    public PartitionState? Proposed => _proposed;

    /// <summary>
    /// The partition's state as it should be now, or null when it is right as it is or a proposal is already under
    /// way: in sync without those who have not caught up for <paramref name="lagMaxMs"/>, with those who hold every
    /// committed record and have reached this leadership, in the life that is registered.
    /// </summary>
    public PartitionState? WantedInSync(long nowMs, long lagMaxMs, ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (_proposed is not null || IsDeposed)
        {
            return null;
        }

        // Eligible replicas that are left over, as the minimum was lowered, keep everything from being committed.
        var changes = State.EligibleLeaders.Length > 0 && State.InSync.Length >= MinInSync;
        foreach (var id in State.Replicas)
        {
            changes |= WantedEpoch(id, nowMs, lagMaxMs, view) != State.InSyncEpochOf(id);
        }

        if (!changes)
        {
            return null;
        }

        var wanted = new List<Member>(State.Replicas.Length);
        foreach (var id in State.Replicas)
        {
            if (WantedEpoch(id, nowMs, lagMaxMs, view) is { } epoch)
            {
                wanted.Add(new Member(id, epoch));
            }
        }

        return State.With(wanted, _brokerId, view, MinInsyncReplicas);
    }

    /// <summary>
    /// A compare-and-set of the partition from <see cref="State"/> to this is about to be tried. One at a time: the
    /// next only after <see cref="ProposalEnded"/>.
    /// </summary>
    /// <remarks>
    /// It may be tried on any version of the document in which the partition still is as in <see cref="State"/>: other
    /// partitions' changes are no reason to give up.
    /// </remarks>
    public void Propose(PartitionState proposed)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        Invariant.Holds(_proposed is null);
        Invariant.Holds(proposed.LeaderEpoch == LeaderEpoch && proposed.InSync.Contains(_brokerId));
        Invariant.Holds(proposed.InSync.All(State.Replicas.Contains));
        _proposed = proposed;
    }

    /// <summary>
    /// The compare-and-set has come through, or has been refused and is not tried again. Where its outcome is not
    /// known, the catalogue has to be read before: until then the proposal stands.
    /// </summary>
    /// <param name="catalogueVersion">The document's version, as written or as read after the refusal.</param>
    /// <param name="state">The partition in there, still within this leadership.</param>
    /// <param name="nowMs">The time.</param>
    /// <returns>True when the high watermark advanced.</returns>
    public bool ProposalEnded(long catalogueVersion, PartitionState state, long nowMs)
    {
        var advanced = Update(catalogueVersion, state, nowMs);
        _proposed = null;
        return AdvanceHighWatermark() || advanced;
    }

    /// <summary>
    /// The catalogue records this, still within this leadership. A version that is not newer than the known one is a
    /// late echo and changes nothing.
    /// </summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Update(long catalogueVersion, PartitionState state, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (catalogueVersion <= _catalogueVersion)
        {
            return false;
        }

        _catalogueVersion = catalogueVersion;
        if (state.Equals(State))
        {
            return false;
        }

        Invariant.Holds(state.Leader == _brokerId && state.LeaderEpoch == LeaderEpoch);
        var before = State;
        State = state;
        TrackFollowers(nowMs);
        foreach (var follower in _followers.Values)
        {
            // Whoever was taken out may have lost what it once said it has; whoever is recorded in another life has to
            // say what it holds in that one.
            var recorded = state.InSyncEpochOf(follower.BrokerId);
            if (recorded is null
                ? before.InSync.Contains(follower.BrokerId)
                : recorded >= 0 && follower.BrokerEpoch >= 0 && recorded != follower.BrokerEpoch)
            {
                follower.Restart(++_rounds, LogEndOffset, nowMs);
            }
        }

        return AdvanceHighWatermark();
    }

    /// <summary>A follower says up to where its log is the leader's.</summary>
    private bool FollowerAcknowledged(FollowerProgress follower, long endOffset, long nowMs)
    {
        if (endOffset < 0 || endOffset > LogEndOffset)
        {
            return false;
        }

        follower.Acknowledged(endOffset, LogEndOffset, nowMs);
        return AdvanceHighWatermark();
    }

    /// <summary>
    /// The epoch in which a replica should be in sync; null: it should not be. One that once was the only replica is
    /// recorded in no epoch: as soon as there are others it needs one, or it would count in any later life.
    /// </summary>
    private long? WantedEpoch(int id, long nowMs, long lagMaxMs, ClusterView view)
    {
        var recorded = State.InSyncEpochOf(id);
        if (id == _brokerId)
        {
            var needsEpoch = recorded < 0 && State.Replicas.Length > 1 && view.EpochOf(id) == _brokerEpoch;
            return needsEpoch ? _brokerEpoch : recorded;
        }

        var follower = _followers[id];
        var isSameLife = recorded is { } epoch &&
            (epoch < 0 || follower.BrokerEpoch < 0 || epoch == follower.BrokerEpoch);
        var holdsAll = follower.LogEndOffset >= HighWatermark && follower.LogEndOffset >= LeaderEpochStartOffset;
        if (recorded != follower.BrokerEpoch && holdsAll &&
            view.IsLive(id) && view.EpochOf(id) == follower.BrokerEpoch &&
            (recorded is not null || !view.IsDraining(id)))
        {
            return follower.BrokerEpoch;
        }

        // One that has everything does not lag, however long there was nothing to report.
        var isComplete = isSameLife && follower.LogEndOffset >= LogEndOffset;
        return isComplete || nowMs - follower.CaughtUpMs <= lagMaxMs ? recorded : null;
    }

    /// <summary>Keeps what is known of those who stay replicas.</summary>
    private void TrackFollowers(long nowMs)
    {
        Invariant.Holds(State.InSync.Contains(_brokerId));
        Invariant.Holds(State.InSync.All(State.Replicas.Contains));
        foreach (var id in _followers.Keys.Where(id => !State.Replicas.Contains(id)).ToArray())
        {
            _followers.Remove(id);
        }

        foreach (var id in State.Replicas)
        {
            if (id != _brokerId && !_followers.ContainsKey(id))
            {
                _followers.Add(id, new FollowerProgress(id, ++_rounds, LogEndOffset, nowMs));
            }
        }
    }

    /// <summary>
    /// Raises the high watermark to what every member of both sets holds; not while too few are in sync, nor while
    /// somebody is eligible who may lack what would be committed.
    /// </summary>
    private bool AdvanceHighWatermark()
    {
        if (State.InSync.Length < MinInSync || State.EligibleLeaders.Length > 0)
        {
            return false;
        }

        var committed = Math.Min(HeldHere, HeldBy(State));
        if (_proposed is not null)
        {
            committed = Math.Min(committed, HeldBy(_proposed));
        }

        if (committed <= HighWatermark)
        {
            return false;
        }

        Invariant.Holds(committed <= LogEndOffset);
        HighWatermark = committed;
        return true;
    }

    private long HeldBy(PartitionState state)
    {
        var held = long.MaxValue;
        for (var index = 0; index < state.InSync.Length; index++)
        {
            if (state.InSync[index] != _brokerId)
            {
                var epoch = state.InSyncEpochs.IsEmpty ? -1 : state.InSyncEpochs[index];
                held = Math.Min(
                    held, _followers.TryGetValue(state.InSync[index], out var follower) ? follower.HeldIn(epoch) : -1);
            }
        }

        return held;
    }
}
