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

    // The latest leadership that this replica heard of, and the latest that it must not take up: see LostRecords.
    private int _leaderEpoch;
    private int _barredEpoch = -1;

    // The end of what others were told that this replica holds.
    private long _promisedOffset;

    /// <summary>The latest leadership that this replica knows of; any thread.</summary>
    public int LeaderEpoch => Volatile.Read(ref _leaderEpoch);

    /// <summary>The catalogue's word on the partition; any thread.</summary>
    public PartitionState State => Volatile.Read(ref _state);

    /// <summary>
    /// It is this broker that has to lead: the catalogue names it, and nobody has named a later leadership. What others
    /// have must never be missing in a leader's log, so one that lost records waits for another leadership.
    /// </summary>
    public bool ShouldLead =>
        State is var state && state.Leader == _context.BrokerId && state.InSync.Contains(_context.BrokerId) &&
        state.LeaderEpoch == LeaderEpoch && state.LeaderEpoch > Volatile.Read(ref _barredEpoch);

    /// <summary>The topic's settings or its catalogue document changed.</summary>
    public void Update(TopicDocument document, LogConfig config) => PostControl(new PartitionCommand<bool>(actor =>
    {
        actor.Adopt(document, config);
        return true;
    }));

    /// <summary>It lost records, and is still counted on: it takes nothing before the catalogue knows.</summary>
    private bool IsLossUnrecorded =>
        _barredEpoch == _state.LeaderEpoch &&
        (_state.InSync.Contains(_context.BrokerId) || _state.EligibleLeaders.Contains(_context.BrokerId));

    private void Adopt(TopicDocument document, LogConfig config)
    {
        if (document.Version < _catalogueVersion || _closing)
        {
            return;
        }

        Volatile.Write(ref _config, config);
        Volatile.Write(ref _state, document.Partitions[Name.Partition]);
        _catalogueVersion = document.Version;
        Learn(_state.LeaderEpoch);
        if (_replica is { } replica)
        {
            replica.Log.UpdateConfig(config);
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
        AnswerAppends(_awaitFlushed, ReplicaAppendResult.Of(ReplicaAppendStatus.Fenced) with { Epoch = LeaderEpoch });
        replica.Log.Epochs.Assign(_state.LeaderEpoch, replica.Log.LogEndOffset);
        replica.Lead(NewLeader(replica));
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
            follower.Follow(LeaderEpoch);
            return;
        }

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

    /// <summary>
    /// The log ends before what others were told that it holds. In sync or not, it is no longer what they count on; and
    /// as a leader it would give the same offsets away again, in the same leadership. The catalogue has to know first.
    /// </summary>
    private void LostRecords(OpenReplica replica)
    {
        PartitionLogs.RecordsLost(
            _context.Logger, Name, replica.Log.LogEndOffset, Math.Max(_promisedOffset, Published.HighWatermark));
        _promisedOffset = replica.Log.LogEndOffset;
        if (_state.Replicas.Length > 1)
        {
            Volatile.Write(ref _barredEpoch, _state.LeaderEpoch);
            _context.Replication.Lost(this);
        }
    }

    private long KnownHighWatermark(OpenReplica replica) =>
        Math.Min(Math.Max(_history.HighWatermark, Published.HighWatermark), replica.Log.LogEndOffset);

    private LeaderMachine NewLeader(OpenReplica replica) => new(
        new LeaderStart
        {
            BrokerId = _context.BrokerId,
            LogEndOffset = replica.Log.LogEndOffset,
            HighWatermark = KnownHighWatermark(replica),
            FlushedOffset = replica.Log.RecoveryPoint,
            State = _state,
            CatalogueVersion = _catalogueVersion,
            MinInsyncReplicas = _config.MinInsyncReplicas,
            Producers = replica.Producers,
            CommitNeedsFlush = NeedsFlush(_config),
        },
        _context.SteadyMs);
}
