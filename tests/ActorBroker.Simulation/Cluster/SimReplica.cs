using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Records;
using ActorBroker.Simulation.Checking;
using ActorBroker.Storage;

namespace ActorBroker.Simulation.Cluster;

/// <summary>
/// The thin shell around one replica's log and its machine, step by step what the production actor does: a mailbox
/// whose turns take all that waits; writes within the turn; fsyncs and openings beside it.
/// </summary>
internal sealed partial class SimReplica
{
    private const int OpenAgainUs = 60_000;

    private readonly SimBroker _broker;
    private readonly World _world;
    private readonly PartitionLedger _ledger;
    private readonly TopicPartition _name;
    private readonly int _index;
    private readonly Queue<(Action Run, bool IsProduce)> _mailbox = [];
    private TopicDocument _topic;
    private ProducerTable _producers = new();
    private long _recoveryPoint;
    private long _logStartOffset;
    private long _knownHighWatermark;
    private bool _cleanShutdown;
    private bool _beginsAnew;
    private long _published;
    private bool _turnIsDue;
    private bool _isGone;
    private bool _isClosing;
    private bool _wasClosed;
    private int _opening;
    private long _changedFrom = long.MaxValue;

    public SimReplica(SimBroker broker, TopicDocument topic, int index)
    {
        _broker = broker;
        _world = broker.Cluster.World;
        _topic = topic;
        _index = index;
        _leaderEpoch = State.LeaderEpoch;
        _loss = new LossMachine(broker.Id);
        _name = new TopicPartition(topic.Name, index);
        _ledger = broker.Cluster.LedgerOf(topic, index);
        var directory = broker.Directory;
        _beginsAnew = !broker.Disk.Files.DirectoryExists(directory.PathOf(_name));
        if (!_beginsAnew)
        {
            _recoveryPoint = directory.RecoveryPoints.GetValueOrDefault(_name);
            _logStartOffset = directory.LogStartOffsets.GetValueOrDefault(_name);
            _knownHighWatermark = directory.HighWatermarks.GetValueOrDefault(_name);
        }

        _cleanShutdown = directory.WasCleanShutdown;
    }

    public int BrokerId => _broker.Id;

    public long BrokerEpoch => _broker.Epoch;

    public TopicPartition Name => _name;

    public Guid TopicId => _topic.Id;

    public PartitionLog? Log { get; private set; }

    public LeaderMachine? Leader { get; private set; }

    public FollowerMachine? Follower { get; private set; }

    public long HighWatermark => Leader?.HighWatermark ?? Follower?.HighWatermark ?? _knownHighWatermark;

    public long LastStableOffset => Leader?.LastStableOffset ?? Follower?.LastStableOffset ?? 0;

    /// <summary>For the checkpoints.</summary>
    public (long RecoveryPoint, long LogStart, long HighWatermark) Known => Log is null
        ? (_recoveryPoint, _logStartOffset, _knownHighWatermark)
        : (Log.RecoveryPoint, Log.LogStartOffset, HighWatermark);

    private PartitionState State => _topic.Partitions[_index];

    private LogConfig Config => _broker.ConfigOf(_topic);

    /// <summary>As the topic asks for, whatever the machine was told.</summary>
    public int MinInSyncOfTopic => Config.MinInsyncReplicas;

    private bool NeedsFlush => Config.FlushMessages <= 1;

    /// <summary>Opens the log on a worker: later the replica takes its role.</summary>
    public void Open(long? truncateTo = null)
    {
        var opening = ++_opening;
        _broker.After(_broker.Disk.DelayUs() * 3, () =>
        {
            if (opening == _opening && !_isGone && !_isClosing)
            {
                TryOpen(truncateTo);
            }
        });
    }

    /// <summary>The topic's document is another: this replica's role may be, too.</summary>
    public void Adopt(TopicDocument topic) => Post(() => AdoptNow(topic));

    /// <summary>The process died: nothing is closed.</summary>
    public void Vanish()
    {
        _isGone = true;
        Log?.Dispose();
        _ledger.Vanished(BrokerId);
    }

    /// <summary>This broker has the replica no more: its folder goes.</summary>
    public void Remove()
    {
        Say("is no replica any more");
        _isGone = true;
        Leader = null;
        FailWaits(ErrorCode.NotLeaderOrFollower);
        _ledger.Vanished(BrokerId);
        _ledger.DiskLost(BrokerId);
        try
        {
            if (Log is { } log)
            {
                _broker.Disk.Files.DeleteDirectory(log.MoveAside());
            }
            else
            {
                _broker.Directory.RemovePartition(_name, TopicId);
            }
        }
        catch (IOException)
        {
            Log?.Dispose();
        }
    }

    /// <summary>It takes nothing any more.</summary>
    public bool IsClosing => _isClosing;

    /// <summary>Its log is open and sound, so that a clean stop can close it; or it is closed.</summary>
    public bool CanClose => _wasClosed || Log is { IsBroken: false };

    /// <summary>A clean stop: what is under way ends, the log is closed.</summary>
    public bool Close()
    {
        _isClosing = true;
        Leader = null;
        FailWaits(ErrorCode.NotLeaderOrFollower);
        if (Log is not { } log)
        {
            return _wasClosed;
        }

        _knownHighWatermark = Math.Max(_knownHighWatermark, HighWatermark);
        _logStartOffset = log.LogStartOffset;
        try
        {
            log.Close();
            _recoveryPoint = log.RecoveryPoint;
            Log = null;
            _wasClosed = true;
            return true;
        }
        catch (IOException)
        {
            Log = null;
            return false;
        }
    }

    /// <summary>Runs on a turn, in order.</summary>
    public void Post(Action item) => Post(item, isProduce: false);

    /// <summary>The same for a client's batch.</summary>
    public void Post(ProduceCall call) => Post(() => Produce(call), isProduce: true);

    private void Post(Action item, bool isProduce)
    {
        _mailbox.Enqueue((item, isProduce));
        ScheduleTurn();
    }

    /// <summary>Hands out what the log holds from the offset on.</summary>
    public void ReadEntries(long from, Action<Entry> take)
    {
        var log = Log!;
        var at = Math.Max(from, 0);
        while (at < log.LogEndOffset)
        {
            using var slice = log.Read(at, 1 << 20, log.LogEndOffset, atLeastOneBatch: true);
            if (slice.IsEmpty)
            {
                return;
            }

            var bytes = slice.ToArray();
            for (var position = 0; position < bytes.Length;)
            {
                RecordBatchHeader.TryRead(bytes.AsSpan(position), out var batch);
                if (!RecordBatch.VerifyCrc(bytes.AsSpan(position, batch.SizeInBytes)))
                {
                    throw new SimulationFailure(
                        _world, _ledger.Number, $"{_name}: broker {BrokerId} stores garbage at {batch.BaseOffset}");
                }

                if (batch.BaseOffset >= at)
                {
                    take(Entry.Of(in batch));
                }

                position += batch.SizeInBytes;
                at = batch.NextOffset;
            }
        }
    }

    private void Say(string what) => _broker.Say($"{_name} {what}", _ledger.Number);

    private void ScheduleTurn()
    {
        if (!_turnIsDue)
        {
            _turnIsDue = true;
            _broker.After(_world.Random.Next(200), RunTurn);
        }
    }

    /// <summary>Takes all that waits; produces of one turn are written together.</summary>
    private void RunTurn()
    {
        _turnIsDue = false;
        if (_isGone)
        {
            return;
        }

        try
        {
            for (var items = 0; _mailbox.TryPeek(out var item); items++)
            {
                _ledger.Require(items < 10_000, $"broker {BrokerId}'s turn does not end");
                if (!item.IsProduce && Leader is not null)
                {
                    // Whatever comes after a batch sees it as written.
                    WriteStaged();
                }

                // Not before: what fails to be written must not take with it what comes after.
                _mailbox.Dequeue();
                item.Run();
            }

            EndTurn();
        }
        catch (IOException failure)
        {
            Crash(failure);
            if (_mailbox.Count > 0)
            {
                ScheduleTurn();
            }
        }

        Watcher?.Signal();
    }

    private void EndTurn()
    {
        if (_isGone || Log is null)
        {
            return;
        }

        if (Leader is not null)
        {
            WriteStaged();
            Settle();
            SendAppends(withNews: false);
        }

        ConsiderFlush();
        Observe();
    }

    private void Observe()
    {
        if (Log is not null && !_isGone)
        {
            _ledger.Observe(this, _changedFrom);
            _changedFrom = long.MaxValue;
        }
    }

    private void Changed(long from) => _changedFrom = Math.Min(_changedFrom, from);

    private void TryOpen(long? truncateTo)
    {
        try
        {
            if (_beginsAnew)
            {
                // Without a folder it has no history: that of an earlier partition of its name goes first.
                _broker.Directory.Forget(new HashSet<TopicPartition> { _name });
            }

            var producers = new ProducerTable();
            var log = PartitionLog.Open(new PartitionLogOptions
            {
                Directory = _broker.Directory.PathOf(_name),
                FileSystem = _broker.Disk.Files,
                Config = Config,
                Producers = producers,
                Time = _world.Time,
                TopicId = TopicId,
                RecoveryPoint = _recoveryPoint,
                CleanShutdown = _cleanShutdown,
                LogStartOffset = _logStartOffset,
                LatestLeaderEpoch = _leaderEpoch,
            });
            if (truncateTo < log.LogEndOffset)
            {
                log.TruncateTo(truncateTo.Value);
            }

            // What recovery found counts as committed from now on, so it must not depend on the page cache; nor must a
            // cut that was never synced.
            log.FlushAndRest();

            _producers = producers;
            Log = log;
            Incarnation++;
        }
        catch (IOException failure)
        {
            Say($"can't be opened: {failure.Message}");
            _cleanShutdown = false;
            _broker.After(OpenAgainUs, () =>
            {
                if (Log is null && !_isGone)
                {
                    Open(truncateTo);
                }
            });
            return;
        }

        var epochs = Log.Epochs.Entries.Select(static entry => $"{entry.Epoch} from {entry.StartOffset}");
        Say($"is open, {Log.LogStartOffset}..{Log.LogEndOffset}, epochs {string.Join(", ", epochs)}");
        (_cleanShutdown, _beginsAnew) = (false, false);
        Changed(0);
        _ledger.Vanished(BrokerId);
        ConsiderLoss(Log);
        _knownHighWatermark = Math.Clamp(_knownHighWatermark, Log.LogStartOffset, Log.LogEndOffset);
        Post(TakeRole);
    }

    /// <summary>A write or an fsync failed: the log and all that hangs on it is dropped, and opened anew.</summary>
    private void Crash(Exception failure, long? truncateTo = null)
    {
        if (Log is not { } log)
        {
            return;
        }

        Say($"drops its log: {failure.Message}");
        if (HighWatermark <= log.LogEndOffset)
        {
            Observe();
        }

        (_knownHighWatermark, _published) = (HighWatermark, HighWatermark);
        (_recoveryPoint, _logStartOffset) = (log.RecoveryPoint, log.LogStartOffset);
        log.Dispose();
        (Log, Leader, Follower) = (null, null, null);
        FailWaits(ErrorCode.KafkaStorageError);
        _changedFrom = long.MaxValue;
        _ledger.Mirror(BrokerId).LeaderEpoch = -1;
        Open(truncateTo);
    }

    private void FailWaits(ErrorCode error)
    {
        foreach (var produce in _staged.Concat(_waiting))
        {
            produce.Answer(error, -1);
        }

        _staged.Clear();
        _waiting.Clear();
        _gathered.Clear();
        FailAcknowledgements();
    }

    private void FailAcknowledgements()
    {
        foreach (var wait in _acknowledgements)
        {
            wait.Reply(Result(ReplicaAppendStatus.Unready));
        }

        _acknowledgements.Clear();
    }
}
