using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

// Rare commands, each run on a turn.
internal sealed partial class PartitionActor
{
    // Moves of the log's start that followers have yet to hear of.
    private readonly List<Deletion> _deletions = [];

    /// <summary>Stopping or being deleted; any thread.</summary>
    public bool IsClosing => Volatile.Read(ref _closing);

    /// <summary>What the checkpoints should say now; any thread.</summary>
    public PartitionHistory KnownHistory =>
        Replica is { } replica ? HistoryOf(replica) : Volatile.Read(ref _history);

    /// <summary>
    /// Moves the log's start. It is answered when whoever may lead next knows of it: what was said to be deleted must
    /// not come back.
    /// </summary>
    public Task<DeleteRecordsResult> DeleteRecords(long beforeOffset, int timeoutMs)
    {
        if (_replica is not { } replica)
        {
            return Refused(ErrorCode.KafkaStorageError);
        }

        if (replica.Leader is not { } machine)
        {
            return Refused(ErrorCode.NotLeaderOrFollower);
        }

        if (!_config.Delete)
        {
            return Refused(ErrorCode.PolicyViolation);
        }

        var offset = beforeOffset == -1 ? machine.HighWatermark : beforeOffset;
        if (offset < 0 || offset > machine.HighWatermark)
        {
            return Refused(ErrorCode.OffsetOutOfRange);
        }

        replica.Log.AdvanceLogStart(offset);
        var deletion = new Deletion(replica.Log.LogStartOffset, _context.Clock.NowMs + Math.Max(0, timeoutMs));
        _deletions.Add(deletion);
        Settle(replica);
        if (_deletions.Count > 0)
        {
            _alarm.Arm(deletion.DeadlineMs);
        }

        return deletion.Done.Task;
    }

    private void AnswerDeletions(LeaderMachine machine)
    {
        for (var index = _deletions.Count - 1; index >= 0; index--)
        {
            if (machine.IsLogStartKnown(_deletions[index].LogStartOffset))
            {
                EndDeletion(index, new DeleteRecordsResult(ErrorCode.None, Published.LogStartOffset));
            }
        }
    }

    /// <summary>The records are deleted here, and the followers will yet hear of it.</summary>
    private void ExpireDeletions(long nowMs)
    {
        for (var index = _deletions.Count - 1; index >= 0; index--)
        {
            if (_deletions[index].DeadlineMs <= nowMs)
            {
                EndDeletion(index, new DeleteRecordsResult(ErrorCode.RequestTimedOut));
            }
            else
            {
                _alarm.Arm(_deletions[index].DeadlineMs);
            }
        }
    }

    private void FailDeletions(ErrorCode error)
    {
        while (_deletions.Count > 0)
        {
            EndDeletion(_deletions.Count - 1, new DeleteRecordsResult(error));
        }
    }

    private void EndDeletion(int index, DeleteRecordsResult result)
    {
        _deletions[index].Done.TrySetResult(result);
        _deletions.RemoveAt(index);
    }

    private static Task<DeleteRecordsResult> Refused(ErrorCode error) =>
        Task.FromResult(new DeleteRecordsResult(error));

    /// <summary>The small regular duties of a turn: rolling by time, forgetting silent producers.</summary>
    public bool KeepHouse(bool expireProducers, long producerExpirationMs)
    {
        if (_replica is not { } replica || _closing)
        {
            return false;
        }

        if (expireProducers)
        {
            replica.Producers.Expire(_nowMs, producerExpirationMs);
        }

        replica.Log.RollIfExpired();
        return true;
    }

    /// <summary>Maintenance beside the turns may have moved the log's start.</summary>
    public bool Republish()
    {
        if (_replica is { } replica)
        {
            Settle(replica);
        }

        return true;
    }

    /// <summary>A DeleteRecords that waits.</summary>
    private sealed record Deletion(long LogStartOffset, long DeadlineMs)
    {
        public TaskCompletionSource<DeleteRecordsResult> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
