using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>A follower with a log, and what its shell does. Batches have one record unless said otherwise.</summary>
internal sealed class FollowerScenario
{
    private FollowerScenario(MemoryLog log, int leaderEpoch, long highWatermark)
    {
        Log = log;
        Machine = new FollowerMachine(new FollowerStart
        {
            LeaderEpoch = leaderEpoch,
            LogEndOffset = log.LogEndOffset,
            HighWatermark = highWatermark,
            Producers = new ProducerTable(),
        });
    }

    public MemoryLog Log { get; }

    public FollowerMachine Machine { get; }

    public static FollowerScenario With(MemoryLog log, int leaderEpoch = 0, long highWatermark = 0) =>
        new(log, leaderEpoch, highWatermark);

    /// <summary>A log with so many records of each epoch, one after the other.</summary>
    public static MemoryLog LogOf(params (int Epoch, int Records)[] parts)
    {
        var log = new MemoryLog();
        foreach (var (epoch, records) in parts)
        {
            for (var index = 0; index < records; index++)
            {
                log.Append(BatchAt(log.LogEndOffset, epoch));
            }
        }

        return log;
    }

    public static RecordBatchHeader BatchAt(long offset, int epoch, int records = 1) => Plain(records) with
    {
        BaseOffset = offset,
        PartitionLeaderEpoch = epoch,
        BaseTimestamp = (1000 * epoch) + offset,
    };

    /// <summary>What a leader with this log sends from the offset on.</summary>
    public static ReplicaAppend From(
        MemoryLog leader,
        int leaderEpoch,
        long previousOffset,
        int records = 100,
        long highWatermark = 0,
        long? epochStart = null,
        bool startsAnew = false) => new()
        {
            TopicId = Guid.Empty,
            Partition = 0,
            LeaderId = 1,
            LeaderEpoch = leaderEpoch,
            LeaderEpochStartOffset = epochStart ?? leader.LogEndOffset,
            PreviousEpoch = leader.EpochAt(previousOffset - 1) ?? -1,
            PreviousOffset = previousOffset,
            HighWatermark = highWatermark,
            LogStartOffset = leader.LogStartOffset,
            StartsAnew = startsAnew,
            Records = leader.Read(previousOffset, records * RecordBatchHeader.Size).Records,
        };

    /// <summary>It takes the append, as its shell does; what it answers.</summary>
    public ReplicaAppendResult Take(in ReplicaAppend append)
    {
        var decision = Machine.Decide(in append, Log, Log.LogStartOffset);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        if (decision.StartAt >= 0)
        {
            Log.StartAnew(decision.StartAt, decision.StartEpoch);
            Machine.StartedAnew(decision.StartAt);
        }
        else if (decision.TruncateTo >= 0)
        {
            Machine.Cut(Log.TruncateTo(decision.TruncateTo));
        }

        var records = append.Records.Span;
        for (var at = decision.FirstNewByte; at < records.Length;)
        {
            Assert.True(RecordBatchHeader.TryRead(records[at..], out var batch));
            Log.Append(in batch);
            Machine.Written(in batch, nowMs: 0);
            at += batch.SizeInBytes;
        }

        Machine.Committed(append.HighWatermark, decision.EndOffset);
        return ReplicaAppendResult.Of(ReplicaAppendStatus.Appended) with { EndOffset = decision.EndOffset };
    }

    /// <summary>It takes the append up to this end.</summary>
    public void Takes(in ReplicaAppend append, long upTo)
    {
        var result = Take(in append);
        Assert.Equal((ReplicaAppendStatus.Appended, upTo), (result.Status, result.EndOffset));
        Assert.Equal(Log.LogEndOffset, Machine.LogEndOffset);
    }

    /// <summary>It refuses the append, and names this.</summary>
    public void Refuses(in ReplicaAppend append, ReplicaAppendStatus status, int epoch, long endOffset)
    {
        var result = Take(in append);
        Assert.Equal((status, epoch, endOffset), (result.Status, result.Epoch, result.EndOffset));
    }
}
