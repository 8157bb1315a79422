using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

// Accept, gather, write, acknowledge.
internal sealed partial class PartitionActor
{
    private readonly List<ReadOnlyMemory<byte>> _gather = [];
    private readonly List<ProduceRequest> _staged = [];

    // Each is in order of end offset, so only the heads need a look.
    private readonly Queue<ProduceRequest> _awaitLeader = new();
    private readonly Queue<ProduceRequest> _awaitInSync = new();
    // The turn's first answer: given on this thread when the turn has ended, which spares waking another.
    private ProduceRequest? _heldAnswer;
    private long _gatheredRecords;
    private long _gatheredBytes;
    private long _earliestDeadlineMs;
    private long _nowMs;

    protected override IThreadPoolWorkItem? TakeAfterTurn()
    {
        var held = _heldAnswer;
        _heldAnswer = null;
        return held;
    }

    /// <summary>Batches that wait for replicas or for the disk; any thread, about.</summary>
    public int AwaitingInSync => _awaitInSync.Count;

    /// <summary>Lets the machine decide; what it accepts is written with the rest of the turn.</summary>
    public void Stage(ProduceRequest request)
    {
        if (_replica is not { } replica || _closing)
        {
            request.Complete(
                _closing || !ShouldLead ? ErrorCode.NotLeaderOrFollower : ErrorCode.KafkaStorageError);
            return;
        }

        if (replica.Leader is not { } machine)
        {
            request.Complete(ErrorCode.NotLeaderOrFollower);
            return;
        }

        if (request.Incarnation != 0 && request.Incarnation != _incarnation)
        {
            request.Complete(ErrorCode.NotLeaderOrFollower, "the log was opened anew, or has a new leadership");
            return;
        }

        if (_context.Clock.NowMs < _refuseWritesUntilMs)
        {
            Refuse(request, ErrorCode.KafkaStorageError, "the last write failed; the partition tries again shortly");
            return;
        }

        // From here on a failure of any kind has to answer the request, too.
        _staged.Add(request);
        var header = request.Header;
        var decision = machine.Accept(in header, request.Acks, _nowMs);
        switch (decision.Kind)
        {
            case AppendKind.Rejected:
                _staged.RemoveAt(_staged.Count - 1);
                Refuse(request, decision.Error, decision.Message);
                return;
            case AppendKind.Accepted:
                RecordBatch.SetBaseOffset(request.Records.Span, decision.BaseOffset);
                RecordBatch.SetLeaderEpoch(request.Records.Span, machine.LeaderEpoch);
                request.LogAppendTimeMs = AppendTimeOf(request, header.MaxTimestamp);
                _gather.Add(request.Records);
                _gatheredRecords += header.RecordCount;
                _gatheredBytes += request.Records.Length;
                break;
            default:
                request.LogAppendTimeMs = AppendTimeOf(request, decision.TimestampMs);
                break;
        }

        request.BaseOffset = decision.BaseOffset;
        request.EndOffset = decision.EndOffset;
        request.Outcome = decision.Error;
    }

    /// <summary>
    /// Refuses a batch that might be taken a moment later. Whoever names an incarnation appends what rests on what he
    /// appended before: nothing that is on its way behind this batch may be stored without it.
    /// </summary>
    private void Refuse(ProduceRequest request, ErrorCode error, string? message)
    {
        if (request.Incarnation != 0)
        {
            BeginIncarnation();
        }

        request.Complete(error, message);
    }

    /// <summary>The time that the answer carries: only where the broker's clock stamped the batch.</summary>
    private static long AppendTimeOf(ProduceRequest request, long maxTimestampMs) =>
        request.Header.TimestampType == TimestampType.LogAppendTime ? maxTimestampMs : -1;

    /// <summary>Writes what was gathered, then answers or parks it.</summary>
    private void CommitGather()
    {
        if (_appends.Count > 0)
        {
            CommitAppends();
            return;
        }

        if (_staged.Count == 0)
        {
            return;
        }

        var replica = _replica!;
        if (_gather.Count > 0)
        {
            var machine = replica.Leader!;
            var from = machine.LogEndOffset;
            replica.Log.Append(_gather);
            machine.Written(machine.NextOffset);
            KeepForFollowers(machine, from);
            CountGathered();
            _gather.Clear();
            WriteSucceeded();
        }

        _earliestDeadlineMs = long.MaxValue;
        foreach (var request in _staged)
        {
            Park(request);
        }

        _staged.Clear();
        Settle(replica);
        if (_awaitInSync.Count > 0)
        {
            _alarm.Arm(_earliestDeadlineMs);
        }

        ConsiderFlush(replica);
    }

    private void CountGathered()
    {
        Traffic.Appended(_gather.Count, _gatheredRecords, _gatheredBytes);
        (_gatheredRecords, _gatheredBytes) = (0, 0);
    }

    private void Park(ProduceRequest request)
    {
        if (request.Acks == -1)
        {
            request.DeadlineMs = _context.Clock.NowMs + Math.Max(0, request.TimeoutMs);
            _earliestDeadlineMs = Math.Min(_earliestDeadlineMs, request.DeadlineMs);
            _awaitInSync.Enqueue(request);
        }
        else
        {
            _awaitLeader.Enqueue(request);
        }
    }

    /// <summary>Publishes the offsets, answers who can be answered, and wakes the fetches.</summary>
    private void Settle(OpenReplica replica)
    {
        var start = replica.Log.LogStartOffset;
        bool changed;
        if (replica.Leader is { } machine)
        {
            changed = Published.Publish(
                machine.LogEndOffset, machine.HighWatermark, machine.LastStableOffset, start);
            Answer(machine, _awaitLeader);
            Answer(machine, _awaitInSync);
            if (_deletions.Count > 0)
            {
                AnswerDeletions(machine);
            }
        }
        else
        {
            var follower = replica.Follower!;
            changed = Published.Publish(
                follower.LogEndOffset, follower.HighWatermark, follower.LastStableOffset, start);
        }

        if (changed)
        {
            Watchers.Signal();
        }
    }

    private void Answer(LeaderMachine machine, Queue<ProduceRequest> waiting)
    {
        while (waiting.TryPeek(out var request))
        {
            // acks=0 asks for nothing: its batch is written, and that is all its caller waits for.
            var state = request.Acks == 0 ? AckState.Acknowledged : machine.StateOf(request.EndOffset, request.Acks);
            if (state == AckState.Waiting)
            {
                return;
            }

            waiting.Dequeue();
            var result = state == AckState.Acknowledged
                ? new ProduceResult(
                    request.Outcome, request.BaseOffset, request.LogAppendTimeMs, Published.LogStartOffset)
                : new ProduceResult(ErrorCode.NotEnoughReplicasAfterAppend);
            if (_heldAnswer is null && !IsPostersTurn)
            {
                request.Hold(result);
                _heldAnswer = request;
            }
            else
            {
                request.Complete(result);
            }
        }
    }

    /// <summary>Answers the acks=all waits whose time is over; the records stay, and may still be committed.</summary>
    private void ExpireWaits()
    {
        var now = _context.Clock.NowMs;
        var next = long.MaxValue;
        for (var left = _awaitInSync.Count; left > 0; left--)
        {
            var request = _awaitInSync.Dequeue();
            if (request.DeadlineMs <= now)
            {
                request.Complete(ErrorCode.RequestTimedOut);
                continue;
            }

            next = Math.Min(next, request.DeadlineMs);
            _awaitInSync.Enqueue(request);
        }

        _alarm.Arm(next);
        ExpireDeletions(now);
    }

    private void FailAll(ErrorCode error)
    {
        FailProduces(error);
        FailAppends(ReplicaAppendStatus.Unready);
        _gather.Clear();
        (_gatheredRecords, _gatheredBytes) = (0, 0);
    }

    private void FailProduces(ErrorCode error)
    {
        foreach (var request in _staged)
        {
            request.Complete(error);
        }

        _staged.Clear();
        FailWaits(_awaitLeader, error);
        FailWaits(_awaitInSync, error);
        FailDeletions(error);
    }

    private static void FailWaits(Queue<ProduceRequest> waiting, ErrorCode error)
    {
        while (waiting.TryDequeue(out var request))
        {
            request.Complete(error);
        }
    }
}
