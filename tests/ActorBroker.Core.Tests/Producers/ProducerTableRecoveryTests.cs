using ActorBroker.Core.Producers;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Producers;

public class ProducerTableRecoveryTests
{
    [Fact]
    public void A_snapshot_brings_back_the_kept_batches_of_each_producer()
    {
        var table = new ProducerTable();
        table.Append(Batch(sequence: 0, count: 5, producerId: 1, timestampMs: 50).At(10), nowMs: 0);
        table.Append(Batch(sequence: 5, count: 3, producerId: 1, timestampMs: 60).At(15), nowMs: 0);
        table.Append(Batch(sequence: 9, count: 2, producerId: 2, epoch: 4).Transactional().At(18), nowMs: 0);

        var restored = Restored(table.Snapshot());

        Assert.Equal(table.Snapshot(), restored.Snapshot());
        Assert.Equal(table.Describe(), restored.Describe());
        Assert.Equal(18, restored.FirstOpenTransactionOffset);
        var repeat = restored.Check(Batch(sequence: 5, count: 3, producerId: 1));
        Assert.Equal((SequenceKind.Duplicate, 15L, 60L), (repeat.Kind, repeat.BaseOffset, repeat.TimestampMs));
        repeat = restored.Check(Batch(sequence: 0, count: 5, producerId: 1));
        Assert.Equal((SequenceKind.Duplicate, 10L, 50L), (repeat.Kind, repeat.BaseOffset, repeat.TimestampMs));
        Assert.Equal(SequenceKind.InOrder, restored.Check(Batch(sequence: 8, producerId: 1)).Kind);
    }

    [Fact]
    public void A_snapshot_of_one_entry_a_producer_is_understood_too()
    {
        var table = new ProducerTable();
        table.Append(Batch(sequence: 0, count: 5).At(10), nowMs: 0);
        table.Append(Batch(sequence: 5, count: 5).At(15), nowMs: 0);

        var restored = Restored([table.Snapshot()[^1]]);

        Assert.Equal(SequenceKind.Duplicate, restored.Check(Batch(sequence: 5, count: 5)).Kind);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, restored.Check(Batch(sequence: 0, count: 5)).Error);
        Assert.Equal(SequenceKind.InOrder, restored.Check(Batch(sequence: 10)).Kind);
    }

    [Fact]
    public void What_the_snapshot_left_out_is_out_of_order_not_called_stored()
    {
        var table = new ProducerTable();
        for (var index = 0; index < 6; index++)
        {
            table.Append(Batch(sequence: index * 5, count: 5).At(10 + (index * 5)), nowMs: 0);
        }

        var restored = Restored(table.Snapshot());

        Assert.Equal(SequenceKind.OldDuplicate, table.Check(Batch(sequence: 0, count: 5)).Kind);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, restored.Check(Batch(sequence: 0, count: 5)).Error);
        Assert.Equal(15, restored.Check(Batch(sequence: 5, count: 5)).BaseOffset);
    }

    [Fact]
    public void A_last_batch_across_the_wrap_survives_a_snapshot()
    {
        var table = new ProducerTable();
        table.Append(Batch(sequence: int.MaxValue - 2, count: 6).At(10), nowMs: 0);

        var restored = Restored(table.Snapshot());

        Assert.Equal(SequenceKind.Duplicate, restored.Check(Batch(sequence: int.MaxValue - 2, count: 6)).Kind);
        Assert.Equal(SequenceKind.InOrder, restored.Check(Batch(sequence: 3)).Kind);
    }

    [Fact]
    public void Restoring_forgets_everything_else()
    {
        var table = new ProducerTable();
        table.Append(Batch(sequence: 0).Transactional().At(10), nowMs: 0);

        table.Restore([]);

        Assert.Equal(0, table.Count);
        Assert.Null(table.FirstUndecidedOffset(highWatermark: 100));
    }

    [Fact]
    public void Replaying_the_log_gives_the_same_state_as_having_written_it()
    {
        var written = new ProducerTable();
        var replayed = new ProducerTable();
        for (var index = 0; index < 8; index++)
        {
            var batch = Batch(sequence: index * 2, count: 2).At(index * 2);
            written.Append(in batch, nowMs: 0);
            replayed.Replay(in batch);
        }

        replayed.Replay(Plain().At(16));

        Assert.Equal(written.Describe(), replayed.Describe());
        Assert.Equal(SequenceKind.Duplicate, replayed.Check(Batch(sequence: 6, count: 2)).Kind);
    }

    [Fact]
    public void Replay_takes_what_compaction_left_over_without_checking_sequences()
    {
        var table = new ProducerTable();
        table.Replay(Batch(sequence: 0, count: 2).At(0));
        table.Replay(Batch(sequence: 40, count: 2).At(40));

        Assert.Equal(SequenceKind.InOrder, table.Check(Batch(sequence: 42)).Kind);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, table.Check(Batch(sequence: 20)).Error);
    }

    [Fact]
    public void A_replayed_marker_closes_the_transaction_and_keeps_the_coordinator_epoch()
    {
        var table = new ProducerTable();
        table.Replay(Batch(sequence: 0, count: 3).Transactional().At(5));
        table.ReplayMarker(Marker(offset: 8), coordinatorEpoch: 12);

        var description = Assert.Single(table.Describe());
        Assert.Equal((12, -1L, 2), (
            description.CoordinatorEpoch, description.CurrentTxnStartOffset, description.LastSequence));
    }

    private static ProducerTable Restored(IReadOnlyList<ProducerSnapshotEntry> snapshot)
    {
        var table = new ProducerTable();
        table.Append(Batch(sequence: 3, producerId: 999).At(0), nowMs: 0);
        table.Restore(snapshot);
        return table;
    }
}
