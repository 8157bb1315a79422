using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

// Rare commands, each run on a turn.
internal sealed partial class PartitionActor
{
    /// <summary>Stopping or being deleted; any thread.</summary>
    public bool IsClosing => Volatile.Read(ref _closing);

    /// <summary>What the checkpoints should say now; any thread.</summary>
    public PartitionHistory KnownHistory =>
        Replica is { } replica ? HistoryOf(replica) : Volatile.Read(ref _history);

    public DeleteRecordsResult DeleteRecords(long beforeOffset)
    {
        if (_replica is not { } replica)
        {
            return new DeleteRecordsResult(ErrorCode.KafkaStorageError);
        }

        if (replica.Leader is not { } machine)
        {
            return new DeleteRecordsResult(ErrorCode.NotLeaderOrFollower);
        }

        if (!_config.Delete)
        {
            return new DeleteRecordsResult(ErrorCode.PolicyViolation);
        }

        var offset = beforeOffset == -1 ? machine.HighWatermark : beforeOffset;
        if (offset < 0 || offset > machine.HighWatermark)
        {
            return new DeleteRecordsResult(ErrorCode.OffsetOutOfRange);
        }

        replica.Log.AdvanceLogStart(offset);
        Settle(replica);
        return new DeleteRecordsResult(ErrorCode.None, replica.Log.LogStartOffset);
    }

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
}
