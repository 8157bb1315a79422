using ActorBroker.Broker.Replication;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

// The follower's side: judge, cut, gather, write, answer. All appends of a turn are one write.
internal sealed partial class PartitionActor
{
    private readonly List<ReplicaAppendRequest> _appends = [];
    private readonly Queue<ReplicaAppendRequest> _awaitFlushed = new();
    private long _leaderLogStart;
    private bool _gatherBeginsEpoch;
    private long _gatherGapEnd;
    private bool _isUnsoundKnown;

    /// <summary>
    /// Takes an append from another broker's leader. What needs no state (sizes, checksums, order) is done on the
    /// caller's thread.
    /// </summary>
    public ValueTask<ReplicaAppendResult> AppendAsync(in ReplicaAppend append)
    {
        var request = ReplicaAppendRequest.Rent(in append, _context.Replication.BrokerEpoch);
        var answer = request.Task;
        if (!ReplicaAppendCheck.IsSound(in append))
        {
            ReportUnsound(in append);
            request.Complete(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
            return answer;
        }

        var posted = append.Records.Length <= Partition.OwnTurnBytesMax ? TryPostAndRun(request) : TryPost(request);
        if (!posted)
        {
            request.Complete(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
        }

        return answer;
    }

    /// <summary>Lets the machine decide; what it takes is written with the rest of the turn.</summary>
    public void StageAppend(ReplicaAppendRequest request)
    {
        if (_replica is not { } replica || _closing || _loss.IsUnreported(_state) ||
            _context.Clock.NowMs < _refuseWritesUntilMs)
        {
            request.Complete(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
            return;
        }

        ref readonly var append = ref request.Append;
        if (append.LeaderEpoch > LeaderEpoch)
        {
            // Ahead of the catalogue's news: whoever leads here leads no more.
            CommitGather();
            Yield(replica, append.LeaderEpoch);
        }
        else if (_gatherBeginsEpoch)
        {
            // The log's epochs are what the machine judges by, and they know of this one only when it is written.
            CommitGather();
        }

        if (replica.Follower is not { } follower)
        {
            request.Complete(Fenced());
            return;
        }

        var decision = follower.Decide(in append, replica.Log.Epochs, replica.Log.LogStartOffset);
        if (decision.Refusal is { } refusal)
        {
            request.Complete(refusal);
            return;
        }

        request.IsStaged = true;
        _appends.Add(request);
        if (Cut(replica, follower, in decision) && (append.Records.IsEmpty || !_isTrustedTooFar))
        {
            Take(replica, follower, request, in decision);
        }
    }

    private ReplicaAppendResult Fenced() =>
        ReplicaAppendResult.Of(ReplicaAppendStatus.Fenced) with { Epoch = LeaderEpoch };

    /// <summary>Drops what the leader does not have; false where the log can't be cut just there.</summary>
    private bool Cut(OpenReplica replica, FollowerMachine follower, in FollowerDecision decision)
    {
        if (decision.StartAt < 0 && decision.TruncateTo < 0)
        {
            return true;
        }

        // What an earlier leader still waits for may be gone now, however soon the disk has what comes instead.
        AnswerAppends(_awaitFlushed, ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
        WriteGather(replica);
        var wanted = Math.Max(decision.StartAt, decision.TruncateTo);
        PartitionLogs.Truncated(_context.Logger, Name, replica.Log.LogEndOffset, wanted, follower.LeaderEpoch);

        // Before it is done: where the disk fails at it, what goes is no loss all the same.
        _loss.Cut(wanted);
        if (decision.StartAt >= 0)
        {
            // Again afterwards, as a checkpoint may have been on its way.
            ForgetLogStart(wanted);
            replica.Log.TruncateFullyAndStartAt(wanted, decision.StartEpoch);
            ForgetLogStart(wanted);
            follower.StartedAnew(wanted);
            replica.GapEnd = 0;
            _leaderLogStart = 0;
        }
        else
        {
            replica.Log.TruncateTo(wanted);
            follower.Cut(replica.Log.LogEndOffset);
        }

        var end = replica.Log.LogEndOffset;
        _loss.Cut(end);
        _segmentsSeen = replica.Log.SegmentCount;
        replica.GapEnd = Math.Min(replica.GapEnd, end);
        _leaderLogStart = _leaderLogStart <= end ? _leaderLogStart : 0;
        _isTrustedTooFar |= WrittenRecoveryPoint > end;
        return end == wanted;
    }

    /// <summary>
    /// A log that starts anew below where it began, after an unclean election, is another log: a start after a crash
    /// must not have it begin where the checkpoints say that the dropped one did, as if that much were there.
    /// </summary>
    private void ForgetLogStart(long offset)
    {
        if (_context.Directory.LogStartOffsets.GetValueOrDefault(Name) > offset)
        {
            _context.Checkpoints.Forget(_context.Directory, new HashSet<TopicPartition> { Name });
        }
    }

    private void Take(
        OpenReplica replica, FollowerMachine follower, ReplicaAppendRequest request, in FollowerDecision decision)
    {
        ref readonly var append = ref request.Append;
        var latestEpoch = replica.Log.Epochs.Latest ?? -1;
        for (var rest = append.Records[decision.FirstNewByte..]; !rest.IsEmpty;)
        {
            RecordBatchHeader.TryRead(rest.Span, out var batch);
            var bytes = rest[..batch.SizeInBytes];
            _gather.Add(bytes);
            _gatheredBytes += bytes.Length;
            _gatherBeginsEpoch |= batch.PartitionLeaderEpoch > latestEpoch;
            _gatherGapEnd = batch.BaseOffset > follower.LogEndOffset ? batch.NextOffset : _gatherGapEnd;
            if (batch.IsControl && TransactionMarker.TryRead(bytes.Span, batch, out var marker))
            {
                follower.MarkerWritten(in batch, marker.CoordinatorEpoch, _nowMs);
            }
            else
            {
                follower.Written(in batch, _nowMs);
            }

            rest = rest[bytes.Length..];
        }

        follower.Committed(append.HighWatermark, decision.EndOffset);
        _leaderLogStart = Math.Max(_leaderLogStart, follower.LogStart(append.LogStartOffset));
        request.EndOffset = decision.EndOffset;
    }

    private void WriteGather(OpenReplica replica)
    {
        if (_gather.Count > 0)
        {
            replica.Log.Append(_gather, allowGaps: true);
            _context.Replication.CountReceived(_gatheredBytes);
            if (_gatherGapEnd > 0)
            {
                replica.GapEnd = _gatherGapEnd;
            }

            _gather.Clear();
            WriteSucceeded();
        }

        _gatheredBytes = 0;
        _gatherBeginsEpoch = false;
        _gatherGapEnd = 0;
    }

    /// <summary>Writes what the turn's appends brought, then answers them, or has them wait for the disk.</summary>
    private void CommitAppends()
    {
        var replica = _replica!;
        WriteGather(replica);
        if (_leaderLogStart > replica.Log.LogStartOffset)
        {
            replica.Log.AdvanceLogStart(_leaderLogStart);
        }

        Settle(replica);
        foreach (var request in _appends)
        {
            _awaitFlushed.Enqueue(request);
        }

        _appends.Clear();
        AnswerWritten(replica);
        ConsiderFlush(replica);
    }

    /// <summary>Answers the appends that are as safe as the topic asks for.</summary>
    private void AnswerWritten(OpenReplica replica)
    {
        if (_awaitFlushed.Count == 0)
        {
            return;
        }

        var flushed = NeedsFlush(_config) ? replica.Log.RecoveryPoint : long.MaxValue;
        if (_isTrustedTooFar || HasUnsafeGap(replica))
        {
            flushed = -1;
        }

        while (_awaitFlushed.TryPeek(out var request) && request.EndOffset <= flushed)
        {
            _awaitFlushed.Dequeue();
            _loss.Promised(request.EndOffset);
            request.Complete(request.EndOffset < 0
                ? ReplicaAppendResult.Of(ReplicaAppendStatus.Unready)
                : ReplicaAppendResult.Of(ReplicaAppendStatus.Appended) with
                {
                    EndOffset = request.EndOffset,
                    RestMs = RestAfter(request.Append.Records.Length),
                });
        }
    }

    /// <summary>For how long the leader must not send more, where this replica's copying has a limit.</summary>
    private int RestAfter(int bytes)
    {
        if (!_config.FollowerThrottled.Contains(Name.Partition, _context.BrokerId) ||
            _state.InSync.Contains(_context.BrokerId))
        {
            return 0;
        }

        var now = _context.Clock.NowMs;
        _context.Replication.FollowerQuota.Take(bytes, now);
        return (int)_context.Replication.FollowerQuota.RestMs(now);
    }

    private void FailAppends(ReplicaAppendStatus status)
    {
        AnswerAppends(_awaitFlushed, ReplicaAppendResult.Of(status));
        foreach (var request in _appends)
        {
            request.Complete(ReplicaAppendResult.Of(status));
        }

        _appends.Clear();
        _gatherBeginsEpoch = false;
        _gatherGapEnd = 0;
    }

    private static void AnswerAppends(Queue<ReplicaAppendRequest> waiting, ReplicaAppendResult result)
    {
        while (waiting.TryDequeue(out var request))
        {
            request.Complete(result);
        }
    }

    private void ReportUnsound(in ReplicaAppend append)
    {
        if (!Interlocked.Exchange(ref _isUnsoundKnown, true))
        {
            PartitionLogs.UnsoundAppend(_context.Logger, Name, append.LeaderId, append.PreviousOffset);
        }
    }
}
