using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>A leader's log and a follower's need not start at the same offset, nor between two batches.</summary>
public class FollowerMachineLogStartTests
{
    [Fact]
    public void What_the_follower_has_dropped_is_no_difference()
    {
        var follower = Follower(logEnd: 36, highWatermark: 33);

        var decision = follower.Decide(
            Append(22, Batch(22, 23, 0), Batch(23, 31, 0), Batch(31, 36, 0)), Epochs((0, 30)), logStartOffset: 31);

        Assert.Null(decision.Refusal);
        Assert.Equal((-1, -1, 36), (decision.StartAt, decision.TruncateTo, decision.EndOffset));
    }

    [Fact]
    public void An_append_that_comes_late_does_not_take_an_emptied_log_back()
    {
        var follower = Follower(logEnd: 83, highWatermark: 83);
        follower.Committed(83, sameUpTo: 83);

        var decision = follower.Decide(Append(59, Batch(59, 69, 0)), Epochs(), logStartOffset: 83);

        Assert.Null(decision.Refusal);
        Assert.Equal((-1, -1, 83), (decision.StartAt, decision.TruncateTo, decision.EndOffset));
        Assert.Equal(RecordBatchHeader.Size, decision.FirstNewByte);
    }

    [Fact]
    public void A_log_that_differs_where_the_leaders_begins_starts_anew_there()
    {
        var follower = Follower(logEnd: 43, highWatermark: 30);
        var epochs = Epochs((0, 0));
        var asked = Append(42) with { LeaderEpoch = 3, LeaderEpochStartOffset = 48, StartsAnew = true };
        follower.Committed(30, follower.Decide(asked, epochs, logStartOffset: 0).EndOffset);

        var decision = follower.Decide(asked with { Records = Batch(42, 44, 2) }, epochs, logStartOffset: 0);

        Assert.Equal((42, -1, 0), (decision.StartAt, decision.TruncateTo, decision.FirstNewByte));
    }

    private static FollowerMachine Follower(long logEnd, long highWatermark) => new(new FollowerStart
    {
        LeaderEpoch = 0,
        LogEndOffset = logEnd,
        HighWatermark = highWatermark,
        Producers = new ProducerTable(),
    });

    private static ReplicaAppend Append(long from, params byte[][] batches) => new()
    {
        TopicId = Guid.Empty,
        Partition = 0,
        LeaderId = 1,
        LeaderEpoch = 0,
        LeaderEpochStartOffset = 0,
        PreviousEpoch = from == 42 ? -1 : 0,
        PreviousOffset = from,
        HighWatermark = 0,
        LogStartOffset = from,
        Records = batches.SelectMany(static batch => batch).ToArray(),
    };

    /// <summary>Only what a follower looks at: no records behind the header.</summary>
    private static byte[] Batch(long from, long to, int epoch)
    {
        var batch = new byte[RecordBatchHeader.Size];
        batch[11] = RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead;
        batch[16] = RecordBatchHeader.CurrentMagic;
        batch[26] = (byte)(to - from - 1);
        RecordBatch.SetBaseOffset(batch, from);
        RecordBatch.SetLeaderEpoch(batch, epoch);
        return batch;
    }

    private static Starts Epochs(params (int Epoch, long Start)[] entries) => new(entries);

    /// <summary>Epochs and where each begins.</summary>
    private sealed class Starts((int Epoch, long Start)[] entries) : IEpochHistory
    {
        public int? Latest => entries.Length == 0 ? null : entries[^1].Epoch;

        public int? EpochAt(long offset) => entries.Any(entry => entry.Start <= offset)
            ? entries.Last(entry => entry.Start <= offset).Epoch
            : null;

        public (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset)
        {
            var at = Array.FindLastIndex(entries, entry => entry.Epoch <= epoch);
            var isLast = at + 1 == entries.Length;
            return at < 0 ? (-1, -1) : (entries[at].Epoch, isLast ? logEndOffset : entries[at + 1].Start);
        }
    }
}
