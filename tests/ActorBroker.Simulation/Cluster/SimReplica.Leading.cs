using ActorBroker.Core.Replication;
using ActorBroker.Records;
using ActorBroker.Simulation.Checking;

namespace ActorBroker.Simulation.Cluster;

// The leader's side: accept, gather, write, send, acknowledge; and the in-sync set.
internal sealed partial class SimReplica
{
    private const int LinkPatienceUs = 200_000;
    private const int NewsDelayUs = 8_000;

    private readonly List<ProduceCall> _staged = [];
    private readonly List<ProduceCall> _waiting = [];
    private readonly List<ReadOnlyMemory<byte>> _gathered = [];
    private bool _flushIsUnderWay;
    private bool _newsAreDue;
    private bool _wakeIsDue;

    /// <summary>A client's batch.</summary>
    private void Produce(ProduceCall call)
    {
        if (Leader is not { } leader || Log is null || _isClosing)
        {
            call.Answer(Log is null ? ErrorCode.KafkaStorageError : ErrorCode.NotLeaderOrFollower, -1);
            return;
        }

        if (call.Incarnation != 0 && call.Incarnation != Incarnation)
        {
            call.Answer(ErrorCode.NotLeaderOrFollower, -1);
            return;
        }

        RecordBatchHeader.TryRead(call.Records, out var header);
        var decision = leader.Accept(in header, call.Acks, _world.NowMs);
        if (decision.Kind == AppendKind.Rejected)
        {
            Say($"refuses a batch: {decision.Error}, {decision.Message}");
            RefuseResting(call);
            call.Answer(decision.Error, -1);
            return;
        }

        (call.BaseOffset, call.EndOffset) = (decision.BaseOffset, decision.EndOffset);
        if (decision.Kind == AppendKind.Accepted)
        {
            RecordBatch.SetBaseOffset(call.Records, decision.BaseOffset);
            RecordBatch.SetLeaderEpoch(call.Records, leader.LeaderEpoch);
            _gathered.Add(call.Records);
        }

        _staged.Add(call);
    }

    /// <summary>DeleteRecords: the log's start moves up, never past what is committed.</summary>
    public void DeleteRecords(long beforeOffset)
    {
        // The checker has to know what was committed before it is gone.
        Observe();
        if (Leader is { } leader && Log is { } log && log.AdvanceLogStart(Math.Min(beforeOffset, leader.HighWatermark)))
        {
            Say($"starts at {log.LogStartOffset}");
            ScheduleNews();
        }
    }

    /// <summary>What a consumer is shown from the offset on, and where the log starts.</summary>
    public (long LogStart, IReadOnlyList<Entry> Batches) Fetch(long offset)
    {
        if (Log is not { } log || _isClosing)
        {
            return (0, []);
        }

        var batches = new List<Entry>();
        using var slice = log.Read(Math.Max(offset, log.LogStartOffset), 4096, HighWatermark, atLeastOneBatch: true);
        var bytes = slice.ToArray();
        for (var position = 0; position < bytes.Length;)
        {
            RecordBatchHeader.TryRead(bytes.AsSpan(position), out var batch);
            batches.Add(Entry.Of(in batch));
            position += batch.SizeInBytes;
        }

        // The checker has to know what is committed before it hears that it is shown.
        Observe();
        foreach (var batch in batches)
        {
            _ledger.Consumed(batch, BrokerId);
        }

        return (log.LogStartOffset, batches);
    }

    /// <summary>Brokers came, went, or began another life.</summary>
    public void BrokersChanged() => Leader?.BrokersChanged(_broker.View, _world.NowMs);

    /// <summary>The regular duties: the in-sync set, retention, news.</summary>
    public void Tick()
    {
        if (Log is not { } log || _isClosing)
        {
            return;
        }

        Observe();
        if (log.ApplyRetention(HighWatermark, byStartOnly: Leader is null) > 0)
        {
            log.DeleteExpiredFiles();
        }

        if (Leader is not null)
        {
            ConsiderInSync();
            ScheduleNews();
        }
    }

    private void WriteStaged()
    {
        if (_staged.Count == 0)
        {
            return;
        }

        var leader = Leader!;
        if (_gathered.Count > 0)
        {
            Changed(Log!.LogEndOffset);
            Log.Append(_gathered);
            Say($"appends up to {Log.LogEndOffset}");
            leader.Written(leader.NextOffset);
            _gathered.Clear();
        }

        _waiting.AddRange(_staged);
        _staged.Clear();
    }

    /// <summary>Answers whoever can be answered.</summary>
    private void Settle()
    {
        // The checker has to know what is committed before it hears that it is acknowledged.
        Observe();
        var leader = Leader!;
        _waiting.RemoveAll(call =>
        {
            var state = call.Acks == 0 ? AckState.Acknowledged : leader.StateOf(call.EndOffset, call.Acks);
            if (state == AckState.Waiting)
            {
                return false;
            }

            var isDone = state == AckState.Acknowledged;
            if (isDone && call.Acks == -1)
            {
                RecordBatchHeader.TryRead(call.Records, out var header);
                _ledger.Acknowledged(this, call.BaseOffset, call.EndOffset, header.Crc);
            }

            call.Answer(isDone ? ErrorCode.None : ErrorCode.NotEnoughReplicasAfterAppend, call.BaseOffset);
            return true;
        });
    }

    private void SendAppends(bool withNews)
    {
        foreach (var follower in Leader!.Followers.ToArray())
        {
            var plans = 0;
            while (Leader is { } leader && leader.TryPlan(
                follower, Log!.Epochs, Log.LogStartOffset, _world.NowMs, withNews, out var plan))
            {
                Send(leader, plan.Value);
                _ledger.Require(++plans < 1_000, $"broker {BrokerId} plans appends for {follower} without an end");
            }
        }

        var wakeMs = Leader!.NextSendMs(_world.NowMs);
        if (wakeMs != long.MaxValue && !_wakeIsDue)
        {
            _wakeIsDue = true;
            _broker.After((wakeMs - _world.NowMs) * 1000, () =>
            {
                _wakeIsDue = false;
                Post(static () => { });
            });
        }
    }

    private void Send(LeaderMachine leader, AppendPlan plan)
    {
        var log = Log!;
        byte[] records = [];
        var end = plan.From;
        if (plan.MaxBytes > 0)
        {
            using var slice = log.Read(plan.From, plan.MaxBytes, log.LogEndOffset, atLeastOneBatch: true);
            records = slice.ToArray();
            end = EndOf(records, plan.From);
        }

        var append = new ReplicaAppend
        {
            TopicId = TopicId,
            Partition = _index,
            LeaderId = BrokerId,
            LeaderEpoch = leader.LeaderEpoch,
            LeaderEpochStartOffset = leader.LeaderEpochStartOffset,
            PreviousEpoch = plan.PreviousEpoch,
            PreviousOffset = plan.From,
            HighWatermark = leader.HighWatermark,
            LogStartOffset = log.LogStartOffset,
            StartsAnew = plan.StartsAnew,
            Records = records,
        };
        leader.Sent(in plan, end, records.Length, log.LogStartOffset);
        _loss.Sent(end);
        var isOver = false;
        void End(ReplicaAppendResult result)
        {
            if (!isOver)
            {
                isOver = true;
                Post(() => Answered(leader, plan, records.Length, result));
            }
        }

        var to = _broker.Cluster.Broker(plan.FollowerId);
        _broker.After(LinkPatienceUs, () => End(ReplicaAppendResult.Of(ReplicaAppendStatus.Lost)));
        _broker.Cluster.Network.Send(BrokerId, to, () => to.Take(
            append, result => _broker.Cluster.Network.Send(to.Id, _broker, () => End(result))));
    }

    private static long EndOf(byte[] records, long from)
    {
        var end = from;
        for (var position = 0; position < records.Length;)
        {
            RecordBatchHeader.TryRead(records.AsSpan(position), out var batch);
            position += batch.SizeInBytes;
            end = batch.NextOffset;
        }

        return end;
    }

    private void Answered(LeaderMachine leader, AppendPlan plan, int bytes, ReplicaAppendResult result)
    {
        if (leader != Leader)
        {
            return;
        }

        if (result.Status != ReplicaAppendStatus.Appended)
        {
            Say($"hears {result.Status} from b{plan.FollowerId} ({result.Epoch}, {result.EndOffset})");
        }

        leader.Answered(in plan, bytes, in result, Log!.Epochs, _world.NowMs);
        if (leader.IsDeposed)
        {
            Yield(result.Epoch);
            return;
        }

        ConsiderInSync();
        ScheduleNews();
    }

    /// <summary>News alone go out together, after a short while.</summary>
    private void ScheduleNews()
    {
        if (!_newsAreDue)
        {
            _newsAreDue = true;
            _broker.After(NewsDelayUs, () =>
            {
                _newsAreDue = false;
                Post(() =>
                {
                    if (Leader is not null && Log is not null)
                    {
                        SendAppends(withNews: true);
                    }
                });
            });
        }
    }
}
