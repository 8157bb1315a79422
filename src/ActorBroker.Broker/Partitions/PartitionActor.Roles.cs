using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

// follower <-> leader, as the catalogue says; a later leadership that somebody else names ends one here at once.
internal sealed partial class PartitionActor
{
    private PartitionState _state;
    private long _catalogueVersion;

    // The latest leadership that this replica heard of.
    private int _leaderEpoch;

    /// <summary>The latest leadership that this replica knows of; any thread.</summary>
    public int LeaderEpoch => Volatile.Read(ref _leaderEpoch);

    /// <summary>The catalogue's word on the partition; any thread.</summary>
    public PartitionState State => Volatile.Read(ref _state);

    /// <summary>
    /// It is this broker that has to lead: the catalogue names it, in this life of it, and nobody has named a later
    /// leadership. What others have must never be missing in a leader's log, so one that lost records waits for another
    /// leadership.
    /// </summary>
    public bool ShouldLead =>
        State is var state && state.Leader == _context.BrokerId &&
        state.IsInSyncIn(_context.BrokerId, _context.Replication.BrokerEpoch) &&
        state.LeaderEpoch == LeaderEpoch && _loss.MayLead(state);

    /// <summary>The topic's settings or its catalogue document changed.</summary>
    public void Update(TopicDocument document, LogConfig config) => PostControl(new PartitionCommand<bool>(actor =>
    {
        actor.Adopt(document, config);
        return true;
    }));

    private void Adopt(TopicDocument document, LogConfig config)
    {
        if (document.Version < _catalogueVersion || _closing)
        {
            return;
        }

        Volatile.Write(ref _config, config);
        _replica?.Log.UpdateConfig(config);
        Adopt(document.Version, document.Partitions[Name.Partition]);
    }

    private void Adopt(long catalogueVersion, PartitionState state)
    {
        Volatile.Write(ref _state, state);
        _catalogueVersion = catalogueVersion;
        Learn(state.LeaderEpoch);
        Report(_loss.Look(state));
        if (state.IsRecordedBefore(_context.BrokerId, _context.Replication.BrokerEpoch))
        {
            _context.Replication.Propose(new LifeProposal(this));
        }

        if (_replica is { } replica)
        {
            TakeRole(replica);
        }
    }

    private void TakeRole(OpenReplica replica)
    {
        if (!ShouldLead)
        {
            StepDown(replica);
        }
        else if (replica.Leader is { } machine && machine.LeaderEpoch == _state.LeaderEpoch)
        {
            machine.UpdateSettings(_config.MinInsyncReplicas, NeedsFlush(_config));
            machine.Update(_catalogueVersion, _state, _nowMs);
            ConsiderInSync(machine);
        }
        else
        {
            BeginLeading(replica);
        }

        MeetFollowers(replica);
        Settle(replica);
        ConsiderFlush(replica);
    }

    private void BeginLeading(OpenReplica replica)
    {
        // Whoever sent these leads no more.
        AnswerAppends(_awaitFlushed, Fenced());
        LowerRecoveryPoint();
        ReleaseReads();
        replica.Log.Epochs.Assign(_state.LeaderEpoch, replica.Log.LogEndOffset);
        replica.Lead(new LeaderMachine(StartOf(replica), _context.SteadyMs));
        BeginIncarnation();
        Watchers.Signal();
    }

    /// <summary>
    /// Follows whoever leads. What producers wait for may yet be committed, or not: they ask the next leader.
    /// </summary>
    private void StepDown(OpenReplica replica)
    {
        if (replica.Follower is { } follower)
        {
            if (LeaderEpoch > follower.LeaderEpoch)
            {
                // Whoever sent these leads no more: what the next leader cuts must never be told to the last one.
                AnswerAppends(_awaitFlushed, Fenced());
                _leaderLogStart = 0;
                follower.Follow(LeaderEpoch);
            }

            return;
        }

        _leaderLogStart = 0;
        replica.Log.DropEmptyEpochs();
        replica.Follow(new FollowerMachine(new FollowerStart
        {
            LeaderEpoch = LeaderEpoch,
            LogEndOffset = replica.Log.LogEndOffset,
            HighWatermark = KnownHighWatermark(replica),
            Producers = replica.Producers,
        }));
        _followers = [];
        FailProduces(ErrorCode.NotLeaderOrFollower);
        Watchers.Signal();
    }

    /// <summary>A later leadership than that of the catalogue, as far as it is known here, has shown itself.</summary>
    private void Yield(OpenReplica replica, int leaderEpoch)
    {
        Learn(leaderEpoch);
        StepDown(replica);
    }

    private void Learn(int leaderEpoch) => Volatile.Write(ref _leaderEpoch, Math.Max(_leaderEpoch, leaderEpoch));

    private long KnownHighWatermark(OpenReplica replica) =>
        Math.Clamp(
            Math.Max(_history.HighWatermark, Published.HighWatermark),
            replica.Log.LogStartOffset,
            replica.Log.LogEndOffset);

    private LeaderStart StartOf(OpenReplica replica) => new()
    {
        BrokerId = _context.BrokerId,
        BrokerEpoch = _context.Replication.BrokerEpoch,
        LogEndOffset = replica.Log.LogEndOffset,
        HighWatermark = KnownHighWatermark(replica),
        FlushedOffset = replica.Log.RecoveryPoint,
        State = _state,
        CatalogueVersion = _catalogueVersion,
        Proposed = _underWay,
        MinInsyncReplicas = _config.MinInsyncReplicas,
        Producers = replica.Producers,
        CommitNeedsFlush = NeedsFlush(_config),
    };
}
