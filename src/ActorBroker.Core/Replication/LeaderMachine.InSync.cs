using System.Collections.Immutable;

namespace ActorBroker.Core.Replication;

// The followers, the in-sync set and the high watermark that follows from both.
public sealed partial class LeaderMachine
{
    private readonly Dictionary<int, FollowerProgress> _followers = [];
    private ImmutableArray<int> _replicas;
    private ImmutableArray<int> _proposed;
    private long _catalogueVersion;

    /// <summary>The in-sync replicas that the catalogue records.</summary>
    public ImmutableArray<int> InSync { get; private set; }

    /// <summary>The set that a compare-and-set under way would record; default without one.</summary>
    public ImmutableArray<int> ProposedInSync => _proposed;

    /// <summary>A follower says how far its log reaches.</summary>
    /// <returns>
    /// True when the high watermark advanced. A report from another leadership, from no replica of this partition or
    /// past the end of this log proves nothing and is ignored.
    /// </returns>
    public bool FollowerAcknowledged(int brokerId, int leaderEpoch, long endOffset, long nowMs)
    {
        if (leaderEpoch != LeaderEpoch ||
            endOffset < 0 ||
            endOffset > LogEndOffset ||
            !_followers.TryGetValue(brokerId, out var follower))
        {
            return false;
        }

        follower.Acknowledged(endOffset, LogEndOffset, nowMs);
        return AdvanceHighWatermark();
    }

    /// <summary>
    /// The in-sync set as it should be now, or default when it is right as it is or a proposal is already under way:
    /// without those who have not caught up for <paramref name="lagMaxMs"/>, with those who hold every committed
    /// record and have reached this leadership.
    /// </summary>
    public ImmutableArray<int> WantedInSync(long nowMs, long lagMaxMs)
    {
        if (!_proposed.IsDefault)
        {
            return default;
        }

        var wanted = _replicas.Where(id => id == _brokerId || ShouldBeInSync(_followers[id], nowMs, lagMaxMs));
        var set = wanted.ToImmutableArray();
        return set.Length == InSync.Length && set.All(InSync.Contains) ? default : set;
    }

    /// <summary>
    /// A compare-and-set from the known catalogue version to this in-sync set is about to be tried. One at a time.
    /// </summary>
    public void Propose(ImmutableArray<int> inSync)
    {
        Invariant.Holds(_proposed.IsDefault);
        Invariant.Holds(inSync.Contains(_brokerId));
        Invariant.Holds(inSync.All(_replicas.Contains));
        _proposed = inSync;
    }

    /// <summary>
    /// The compare-and-set was refused for sure. Where its outcome is not known, leave the proposal standing until a
    /// newer catalogue version comes in.
    /// </summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool WithdrawProposal()
    {
        _proposed = default;
        return AdvanceHighWatermark();
    }

    /// <summary>
    /// The catalogue records this. A version that is not newer than the known one is a late echo and changes
    /// nothing. A newer one settles any proposal: either it is the proposal's outcome, or the compare-and-set can't
    /// succeed any more.
    /// </summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool UpdateInSync(
        long catalogueVersion, ImmutableArray<int> replicas, ImmutableArray<int> inSync, long nowMs)
    {
        if (catalogueVersion <= _catalogueVersion)
        {
            return false;
        }

        _catalogueVersion = catalogueVersion;
        _replicas = replicas;
        InSync = inSync;
        _proposed = default;
        TrackFollowers(nowMs);
        return AdvanceHighWatermark();
    }

    private bool ShouldBeInSync(FollowerProgress follower, long nowMs, long lagMaxMs) =>
        InSync.Contains(follower.BrokerId)
            ? nowMs - follower.CaughtUpMs <= lagMaxMs
            : follower.LogEndOffset >= HighWatermark && follower.LogEndOffset >= LeaderEpochStartOffset;

    /// <summary>Keeps what is known of those who stay replicas.</summary>
    private void TrackFollowers(long nowMs)
    {
        Invariant.Holds(_replicas.Contains(_brokerId));
        Invariant.Holds(InSync.Contains(_brokerId));
        Invariant.Holds(InSync.All(_replicas.Contains));
        foreach (var id in _followers.Keys.Where(id => !_replicas.Contains(id)).ToArray())
        {
            _followers.Remove(id);
        }

        foreach (var id in _replicas)
        {
            if (id != _brokerId && !_followers.ContainsKey(id))
            {
                _followers.Add(id, new FollowerProgress(id, nowMs, LogEndOffset));
            }
        }
    }

    /// <summary>Raises the high watermark to what every member of both sets holds.</summary>
    private bool AdvanceHighWatermark()
    {
        var committed = Math.Min(HeldHere, HeldBy(InSync));
        if (!_proposed.IsDefault)
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

    private long HeldBy(ImmutableArray<int> brokers)
    {
        var held = long.MaxValue;
        foreach (var id in brokers)
        {
            if (id != _brokerId)
            {
                held = Math.Min(held, _followers[id].LogEndOffset);
            }
        }

        return held;
    }
}
