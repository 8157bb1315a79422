using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Simulation.Cluster;

// The roles, the follower's side, and fsyncs.
internal sealed partial class SimReplica
{
    private readonly List<(long EndOffset, int Opening, Action<ReplicaAppendResult> Reply)> _acknowledgements = [];

    /// <summary>A leader's append.</summary>
    public void Append(ReplicaAppend append, Action<ReplicaAppendResult> reply)
    {
        if (Log is null || _isClosing || _loss.IsUnreported(State))
        {
            reply(Result(ReplicaAppendStatus.Unready));
            return;
        }

        if (_world.Canary == Canary.NoEpochCheckOnAppend && Follower is { } careless)
        {
            append = append with { LeaderEpoch = Math.Max(append.LeaderEpoch, careless.LeaderEpoch) };
        }

        if (append.LeaderEpoch > _leaderEpoch)
        {
            Yield(append.LeaderEpoch);
        }

        if (Follower is null)
        {
            reply(Leader is null
                ? Result(ReplicaAppendStatus.Unready)
                : Result(ReplicaAppendStatus.Fenced, _leaderEpoch));
            return;
        }

        var decision = Follower.Decide(in append, Log.Epochs, Log.LogStartOffset);
        if (decision.Refusal is { } refusal)
        {
            reply(refusal with { BrokerEpoch = BrokerEpoch });
        }
        else if (_world.Canary == Canary.AcknowledgeBeforeWrite)
        {
            reply(Result(ReplicaAppendStatus.Appended, -1, decision.EndOffset));
            _broker.After(_world.Random.Between(100, 30_000), () => Post(() => ReallyTake(append)));
        }
        else if (!Take(in append, in decision))
        {
            reply(Result(ReplicaAppendStatus.Unready));
        }
        else if (NeedsFlush && Log.RecoveryPoint < decision.EndOffset)
        {
            _acknowledgements.Add((decision.EndOffset, _opening, reply));
        }
        else
        {
            Promise(reply, decision.EndOffset);
        }
    }

    /// <summary>From now on others count on its holding all up to there.</summary>
    private void Promise(Action<ReplicaAppendResult> reply, long endOffset)
    {
        _loss.Promised(endOffset);
        reply(Result(ReplicaAppendStatus.Appended, -1, endOffset));
    }

    private ReplicaAppendResult Result(ReplicaAppendStatus status, int epoch = -1, long endOffset = -1) =>
        new() { Status = status, Epoch = epoch, EndOffset = endOffset, BrokerEpoch = BrokerEpoch };

    /// <summary>The late write of a canary.</summary>
    private void ReallyTake(ReplicaAppend append)
    {
        if (Follower is not null && Log is not null &&
            Follower.Decide(in append, Log.Epochs, Log.LogStartOffset) is { Refusal: null } decision)
        {
            Take(in append, in decision);
        }
    }

    /// <summary>Does what was decided; false where the log can't be cut just there.</summary>
    private bool Take(in ReplicaAppend append, in FollowerDecision decision)
    {
        var (follower, log) = (Follower!, Log!);
        if (decision.StartAt >= 0 || decision.TruncateTo >= 0)
        {
            // What an earlier leader's appends wait for is no more.
            FailAcknowledgements();

            // Before it is done: where the disk fails at it, what goes is no loss all the same.
            _loss.Cut(Math.Max(decision.StartAt, decision.TruncateTo));
        }

        if (decision.StartAt >= 0)
        {
            Say($"starts anew at {decision.StartAt} for epoch {append.LeaderEpoch} (log {log.LogStartOffset}.." +
                $"{log.LogEndOffset}, the leader's from {append.LogStartOffset}, epoch from " +
                $"{append.LeaderEpochStartOffset}, append from {append.PreviousOffset} of {append.PreviousEpoch})");
            Changed(0);
            if (_broker.Directory.LogStartOffsets.GetValueOrDefault(_name) > decision.StartAt)
            {
                _broker.Directory.Forget(new HashSet<TopicPartition> { _name });
            }

            log.TruncateFullyAndStartAt(decision.StartAt, decision.StartEpoch);
            follower.StartedAnew(log.LogEndOffset);
        }

        if (decision.TruncateTo >= 0)
        {
            var end = log.LogEndOffset;
            try
            {
                log.TruncateTo(decision.TruncateTo);
            }
            finally
            {
                // One that fails half-way has moved the end, too.
                Changed(log.LogEndOffset);
            }

            Say($"cuts {log.LogEndOffset}..{end} for epoch {append.LeaderEpoch} ({decision.TruncateTo}, same up to " +
                $"{append.PreviousOffset} of {append.PreviousEpoch}, epoch from {append.LeaderEpochStartOffset})");
            follower.Cut(log.LogEndOffset);
            _loss.Cut(log.LogEndOffset);
            if (log.LogEndOffset != decision.TruncateTo)
            {
                return false;
            }
        }

        if (append.Records.Length > 0 && !_broker.TryTrustUpTo(_name, log.LogEndOffset))
        {
            return false;
        }

        Write(append.Records[decision.FirstNewByte..]);
        follower.Committed(append.HighWatermark, decision.EndOffset);
        log.AdvanceLogStart(follower.LogStart(append.LogStartOffset));
        return true;
    }

    private void Write(ReadOnlyMemory<byte> records)
    {
        if (records.IsEmpty)
        {
            return;
        }

        var batches = new List<ReadOnlyMemory<byte>>();
        for (var position = 0; position < records.Length;)
        {
            RecordBatchHeader.TryRead(records.Span[position..], out var batch);
            batches.Add(records.Slice(position, batch.SizeInBytes));
            position += batch.SizeInBytes;
        }

        // Producers first: a log that begins a segment stores what they are then.
        Changed(Log!.LogEndOffset);
        foreach (var written in batches)
        {
            RecordBatchHeader.TryRead(written.Span, out var batch);
            Follower!.Written(in batch, _world.NowMs);
        }

        Log.Append(batches, allowGaps: true);
        Say($"takes up to {Log.LogEndOffset}");
    }

    private void AdoptNow(TopicDocument topic)
    {
        if (topic.Version <= _topic.Version || _isClosing)
        {
            return;
        }

        _topic = topic;
        Learn(State.LeaderEpoch);
        Report(_loss.Look(State));
        if (State.IsRecordedBefore(BrokerId, BrokerEpoch))
        {
            Propose(
                recorded => recorded.AdoptLate(BrokerId, BrokerEpoch, _broker.View, MinInSyncOfTopic),
                (now, _) => AdoptNow(now));
        }

        Log?.UpdateConfig(Config);
        TakeRole();
    }

    private void Learn(int leaderEpoch) => _leaderEpoch = Math.Max(_leaderEpoch, leaderEpoch);

    private bool ShouldLead => State.Leader == BrokerId && State.IsInSyncIn(BrokerId, BrokerEpoch) &&
        State.LeaderEpoch == _leaderEpoch && _loss.MayLead(State);

    /// <summary>The role that the known document gives to this replica.</summary>
    private void TakeRole()
    {
        if (Log is null || _isGone || _isClosing)
        {
            return;
        }

        if (!ShouldLead)
        {
            StepDown();
        }
        else if (Leader is { } leading && leading.LeaderEpoch == State.LeaderEpoch)
        {
            leading.UpdateSettings(MinInSync, NeedsFlush);
            leading.Update(_topic.Version, State, _world.NowMs);
            ConsiderInSync();
        }
        else
        {
            Lead();
        }
    }

    private void Lead()
    {
        var log = Log!;
        FailWaits(ErrorCode.NotLeaderOrFollower);
        var highWatermark = Math.Min(HighWatermark, log.LogEndOffset);
        _knownHighWatermark = highWatermark;
        Follower = null;
        log.Epochs.Assign(State.LeaderEpoch, log.LogEndOffset);
        Leader = new LeaderMachine(
            new LeaderStart
            {
                BrokerId = BrokerId,
                BrokerEpoch = _broker.Epoch,
                LogEndOffset = log.LogEndOffset,
                HighWatermark = highWatermark,
                FlushedOffset = log.RecoveryPoint,
                State = State,
                CatalogueVersion = _topic.Version,
                Proposed = _underWay,
                MinInsyncReplicas = MinInSync,
                Producers = _producers,
                CommitNeedsFlush = NeedsFlush,
            },
            _world.NowMs);
        Incarnation++;
        Say($"leads in epoch {State.LeaderEpoch} from {log.LogEndOffset} on, in sync {List(State.InSync)}");
        Observe();
        _ledger.Leads(BrokerId, State.LeaderEpoch);
        ScheduleNews();
    }

    private int MinInSync => _world.Canary == Canary.CommitBelowMinimum ? 1 : Config.MinInsyncReplicas;

    /// <summary>Somebody names a later leadership than the document.</summary>
    private void Yield(int leaderEpoch)
    {
        Learn(leaderEpoch);
        StepDown();
    }

    /// <summary>Another leads, or will: whoever waits is sent there.</summary>
    private void StepDown()
    {
        if (Follower is { } follower)
        {
            if (_leaderEpoch > follower.LeaderEpoch)
            {
                // Whoever sent these leads no more.
                FailAcknowledgements();
                follower.Follow(_leaderEpoch);
            }

            return;
        }

        // The checker has to know what this leader committed at last.
        Observe();
        var log = Log!;
        var highWatermark = Math.Min(HighWatermark, log.LogEndOffset);
        FailWaits(ErrorCode.NotLeaderOrFollower);
        (_knownHighWatermark, Leader) = (highWatermark, null);
        if (_world.Canary == Canary.TruncateByHighWatermark && highWatermark < log.LogEndOffset)
        {
            log.TruncateTo(highWatermark);
            Changed(log.LogEndOffset);
        }

        log.DropEmptyEpochs();
        Follower = new FollowerMachine(new FollowerStart
        {
            LeaderEpoch = _leaderEpoch,
            LogEndOffset = log.LogEndOffset,
            HighWatermark = highWatermark,
            Producers = _producers,
        });
        Say($"follows in epoch {_leaderEpoch}, log end {log.LogEndOffset}, high watermark {highWatermark}");
    }

    /// <summary>Fsyncs run beside the turns, one at a time; what is appended meanwhile waits for the next.</summary>
    private void ConsiderFlush()
    {
        if (Log is not { } log || _flushIsUnderWay || log.RecoveryPoint >= log.LogEndOffset)
        {
            return;
        }

        if (NeedsFlush || _world.Random.Chance(0.02))
        {
            _flushIsUnderWay = true;
            _broker.After(_broker.Disk.DelayUs() * 2, () =>
            {
                _flushIsUnderWay = false;
                Post(() => Flush(log));
            });
        }
    }

    private void Flush(Storage.PartitionLog log)
    {
        if (log != Log)
        {
            return;
        }

        try
        {
            log.Flush();
        }
        catch (IOException failure)
        {
            // Where acknowledgements wait for the fsync nobody was told of what lies above the flushed point.
            Crash(failure, NeedsFlush ? Math.Max(log.RecoveryPoint, HighWatermark) : null);
            return;
        }

        Leader?.Flushed(log.RecoveryPoint);
        _acknowledgements.RemoveAll(wait =>
        {
            if (wait.EndOffset > log.RecoveryPoint)
            {
                return false;
            }

            Promise(wait.Reply, wait.EndOffset);
            return true;
        });
    }

    private static string List(IEnumerable<int> ids) => $"[{string.Join(' ', ids)}]";
}
