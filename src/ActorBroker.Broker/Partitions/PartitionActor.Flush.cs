namespace ActorBroker.Broker.Partitions;

// Flushing by count (flush.messages), by age (flush.ms), on request and before closing.
internal sealed partial class PartitionActor
{
    private readonly FlushItem _flush;
    private readonly List<TaskCompletionSource<bool>> _flushWaits = [];
    private long _flushDueMs = long.MaxValue;
    private int _segmentsSeen = 1;

    /// <summary>Answers true once all that is appended now is on disk.</summary>
    public void RequestFlush(TaskCompletionSource<bool> done)
    {
        if (_replica is not { } replica)
        {
            done.TrySetResult(false);
            return;
        }

        if (replica.Log.RecoveryPoint >= replica.Log.LogEndOffset && _flush.Replica is null)
        {
            done.TrySetResult(true);
            return;
        }

        _flushWaits.Add(done);
        if (_flush.Replica is null)
        {
            _flush.Start(replica);
        }
    }

    /// <summary>The fsync is over.</summary>
    public void OnFlushed(OpenReplica replica, Exception? failure)
    {
        if (replica != _replica)
        {
            FlushCurrent();
            return;
        }

        if (failure is not null)
        {
            FlushFailed(replica, failure);
            return;
        }

        var flushed = replica.Log.RecoveryPoint;
        replica.Leader?.Flushed(flushed);
        Settle(replica);
        AnswerWritten(replica);
        if (flushed >= replica.Log.LogEndOffset)
        {
            AnswerFlushWaits(true);
            _flushDueMs = long.MaxValue;
        }
        else if (_flushWaits.Count > 0)
        {
            _flush.Start(replica);
        }

        ConsiderFlush(replica);
    }

    /// <summary>An fsync of a dropped replica came back; its successor may have been waiting for its turn.</summary>
    private void FlushCurrent()
    {
        if (_replica is not { } replica)
        {
            return;
        }

        if (_flushWaits.Count > 0)
        {
            _flush.Start(replica);
        }

        ConsiderFlush(replica);
    }

    private void ConsiderFlush(OpenReplica replica)
    {
        ConsiderRecoveryPoint(replica);

        // A finished segment is flushed once, whatever the settings: a start has to check no more than the last one,
        // and only flushed segments can be compacted.
        var segments = replica.Log.SegmentCount;
        var rolled = segments > _segmentsSeen;
        _segmentsSeen = segments;
        var unflushed = replica.Log.LogEndOffset - replica.Log.RecoveryPoint;
        if (unflushed <= 0)
        {
            // Compaction flushes too: what it made durable is told to the machine here, or nobody would.
            if (replica.Leader is { } machine && machine.Flushed(replica.Log.RecoveryPoint))
            {
                Settle(replica);
            }

            AnswerWritten(replica);
            return;
        }

        if (rolled || replica.GapEnd > replica.Log.RecoveryPoint || unflushed >= _config.FlushMessages)
        {
            if (_flush.Replica is null)
            {
                _flush.Start(replica);
            }
        }
        else if (_config.FlushMs != long.MaxValue && _flushDueMs == long.MaxValue)
        {
            _flushDueMs = _context.Clock.NowMs + Math.Min(_config.FlushMs, 1L << 50);
            _alarm.Arm(_flushDueMs);
        }
    }

    private void ConsiderFlushByAge()
    {
        if (_context.Clock.NowMs < _flushDueMs)
        {
            _alarm.Arm(_flushDueMs);
            return;
        }

        // Records appended while this fsync runs start a new wait when it comes back.
        _flushDueMs = long.MaxValue;
        if (_replica is { } replica && _flush.Replica is null && replica.Log.RecoveryPoint < replica.Log.LogEndOffset)
        {
            _flush.Start(replica);
        }
    }

    private void AnswerFlushWaits(bool flushed)
    {
        foreach (var wait in _flushWaits)
        {
            wait.TrySetResult(flushed);
        }

        _flushWaits.Clear();
    }
}
