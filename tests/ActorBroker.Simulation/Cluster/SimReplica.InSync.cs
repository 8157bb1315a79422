using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;
using ActorBroker.Storage;

namespace ActorBroker.Simulation.Cluster;

// What the replica wants the catalogue to record: another in-sync set, or that it has lost records.
internal sealed partial class SimReplica
{
    private const int TryAgainUs = 20_000;

    private readonly LossMachine _loss;

    /// <summary>The catalogue may count on records that it has lost, or come to.</summary>
    public bool LeavesLoss => _loss.Owes;

    // The latest leadership that it heard of; what it proposed, whatever became of the machine that did.
    private int _leaderEpoch;
    private PartitionState? _underWay;

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
    /// Has the partition's state changed by compare-and-set, from what is recorded when the call is made, until it is
    /// known what came of it; in a topic that is gone nothing does. The call carries the version that was read: one
    /// that was given up and arrives late changes nothing that others have changed since.
    /// </summary>
    private void Propose(
        Func<PartitionState, PartitionState?> change, Action<TopicDocument, PartitionState> ended)
    {
        var catalogue = _broker.Cluster.Catalogue;
        var read = catalogue.Find(TopicId);
        var changed = read is not null && change(read.Partitions[_index]) is { } next ? read.With(_index, next) : null;
        catalogue.Call(
            _broker,
            () => changed is null || catalogue.TryWrite(changed),
            end =>
            {
                if (end != CallEnd.Done)
                {
                    _broker.After(TryAgainUs, () => Propose(change, ended));
                }
                else if ((changed ?? read) is { } known && !_isGone)
                {
                    Post(() => ended(known, known.Partitions[_index]));
                }
            });
    }

    /// <summary>The log was opened: is all there that others were told of?</summary>
    private void ConsiderLoss(PartitionLog log)
    {
        var told = Math.Max(_loss.ToldUpTo, _published);
        if (log.LogEndOffset < told)
        {
            Say($"has lost records: it held all up to {told}");
            Report(_loss.Lose(log.LogEndOffset, _published, _leaderEpoch, State));
        }
    }

    private void Report(LossReport? report)
    {
        if (report is not null)
        {
            Propose(
                recorded => report.NextOf(recorded, _broker.View, MinInSyncOfTopic),
                (topic, recorded) => LossReported(report, topic, recorded));
        }
    }

    private void LossReported(LossReport report, TopicDocument topic, PartitionState recorded)
    {
        _loss.Reported(report, recorded, isSettled: true);
        AdoptNow(topic);
        Report(_loss.Look(State));
        TakeRole();
    }
}
