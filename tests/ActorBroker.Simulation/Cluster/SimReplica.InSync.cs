using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;

namespace ActorBroker.Simulation.Cluster;

// What the replica wants the catalogue to record: another in-sync set, or that it has lost records.
internal sealed partial class SimReplica
{
    private const int TryAgainUs = 20_000;

    // The latest leadership that it heard of; what it proposed, whatever became of the machine that did; the end of
    // what others were told that it holds, and of what it sent as a leader.
    private int _leaderEpoch;
    private PartitionState? _underWay;
    private long _promisedOffset;
    private long _sentOffset;

    // It lost records that others count on, as of which leadership, and the latest one that it must not take up.
    private bool _owesRecords;
    private bool _isReporting;
    private bool _hasCounted;
    private long _owedOffset;
    private int _owingEpoch;
    private int _barredEpoch = -1;

    /// <summary>Proposes another in-sync set where the machine wants one; the catalogue decides.</summary>
    private void ConsiderInSync()
    {
        var leader = Leader!;
        if (Wanted(leader) is not { } wanted)
        {
            return;
        }

        Say($"proposes in sync {List(wanted.InSync)} eligible {List(wanted.EligibleLeaders)}");
        if (_world.Canary == Canary.CommitBeforeCompareAndSet && wanted.InSync.Length < State.InSync.Length)
        {
            var next = _topic.With(_index, wanted);
            leader.Update(next.Version, wanted, _world.NowMs);
            _broker.Cluster.Catalogue.Call(
                _broker, () => _broker.Cluster.Catalogue.TryWrite(next), static _ => { });
            return;
        }

        leader.Propose(wanted);
        _underWay = wanted;
        var known = leader.State;
        Propose(now => now.Equals(known) ? wanted : null, (topic, recorded) => Ended(wanted, topic, recorded));
    }

    /// <summary>What a proposal came to: the catalogue records this.</summary>
    private void Ended(PartitionState proposed, TopicDocument topic, PartitionState recorded)
    {
        if (ReferenceEquals(_underWay, proposed))
        {
            _underWay = null;
        }

        AdoptNow(topic);
        if (Leader is { } leader && leader.Proposed == proposed &&
            recorded.Leader == BrokerId && recorded.LeaderEpoch == leader.LeaderEpoch)
        {
            leader.ProposalEnded(topic.Version, recorded, _world.NowMs);
            ConsiderInSync();
        }
    }

    private PartitionState? Wanted(LeaderMachine leader)
    {
        var wanted = leader.WantedInSync(_world.NowMs, _broker.Cluster.Scenario.LagMaxMs, _broker.View);
        if (_world.Canary != Canary.RejoinBelowHighWatermark || leader.Proposed is not null)
        {
            return wanted;
        }

        var live = State.Replicas.Where(id => id == BrokerId || (_broker.View.IsLive(id) && leader.HeldBy(id) >= 0));
        var eager = State with
        {
            InSync = [.. live],
            InSyncEpochs = [.. live.Select(_broker.View.EpochOf)],
            EligibleLeaders = [],
            EligibleLeaderEpochs = [],
        };
        return eager.InSync.Length > State.InSync.Length ? eager : wanted;
    }

    /// <summary>
    /// Has the partition's state changed by compare-and-set, from what is recorded then, until it is known what came of
    /// it; in a topic that is gone nothing does.
    /// </summary>
    private void Propose(
        Func<PartitionState, PartitionState?> change, Action<TopicDocument, PartitionState> ended)
    {
        var catalogue = _broker.Cluster.Catalogue;
        TopicDocument? topic = null;
        catalogue.Call(
            _broker,
            () =>
            {
                topic = catalogue.Find(TopicId);
                if (topic is null || change(topic.Partitions[_index]) is not { } next)
                {
                    return true;
                }

                topic = topic.With(_index, next);
                return catalogue.TryWrite(topic);
            },
            end =>
            {
                if (end != CallEnd.Done)
                {
                    _broker.After(TryAgainUs, () => Propose(change, ended));
                }
                else if (topic is { } known && !_isGone)
                {
                    Post(() => ended(known, known.Partitions[_index]));
                }
            });
    }

    /// <summary>
    /// The log ends before what others were told that it holds. The catalogue has to know before it takes a role again.
    /// </summary>
    private void LostRecords()
    {
        var counted = Math.Max(_promisedOffset, _published);
        var promised = Math.Max(counted, _sentOffset);
        var hasCounted = Log!.LogEndOffset < counted;
        Say($"has lost records: it held all up to {promised}");
        (_promisedOffset, _sentOffset) = (Math.Min(counted, Log.LogEndOffset), -1);
        if (State.Replicas.Length > 1)
        {
            _hasCounted = hasCounted || (_owesRecords && _hasCounted);
            _owedOffset = _owesRecords ? Math.Max(_owedOffset, promised) : promised;
            _owingEpoch = _leaderEpoch;
            _barredEpoch = State.LeaderEpoch;
            _owesRecords = true;
            ReportLoss();
        }
    }

    private bool IsCountedOn(PartitionState state) =>
        state.InSync.Contains(BrokerId) || state.EligibleLeaders.Contains(BrokerId);

    /// <summary>It is still counted on, or nobody knows: it takes nothing.</summary>
    private bool IsLossUnreported => _isReporting || (_owesRecords && IsCountedOn(State));

    private void ConsiderLoss()
    {
        if (!_owesRecords)
        {
            return;
        }

        if (IsCountedOn(State))
        {
            ReportLoss();
        }
        else if (State.LeaderEpoch > _owingEpoch && !_isReporting)
        {
            _owesRecords = false;
        }
    }

    private void ReportLoss()
    {
        if (_isReporting)
        {
            return;
        }

        _isReporting = true;
        var (barred, hasCounted) = (_barredEpoch, _hasCounted);
        Propose(
            recorded =>
            {
                var next = hasCounted ? recorded.LoseRecords(BrokerId, _broker.View, MinInSyncOfTopic)
                    : recorded.Leader == BrokerId ? recorded with { LeaderEpoch = recorded.LeaderEpoch + 1 }
                    : recorded;
                var isAnew = next.Leader == BrokerId && recorded.LeaderEpoch > barred;
                return isAnew || next.Equals(recorded) ? null : next;
            },
            (topic, recorded) => LossReported(hasCounted, topic, recorded));
    }

    /// <summary>Counted on all the same: nobody else can know more, so it goes on.</summary>
    private void LossReported(bool hasCounted, TopicDocument topic, PartitionState recorded)
    {
        _isReporting = false;
        if (hasCounted == _hasCounted && IsCountedOn(recorded))
        {
            _owesRecords = false;
        }

        AdoptNow(topic);
        ConsiderLoss();
        TakeRole();
    }
}
