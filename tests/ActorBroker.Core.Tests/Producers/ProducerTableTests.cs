using ActorBroker.Core.Producers;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Producers;

public class ProducerTableTests
{
    private readonly ProducerTable _table = new();
    private long _nextOffset = 100;

    [Fact]
    public void An_unknown_producer_may_begin_anywhere()
    {
        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 12_345)).Kind);
    }

    [Fact]
    public void The_next_sequence_follows_the_last_record_of_the_last_batch()
    {
        Store(Batch(sequence: 0, count: 10));

        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 10)).Kind);
        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 11));
        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 9));
    }

    [Fact]
    public void After_the_largest_sequence_comes_zero()
    {
        Store(Batch(sequence: int.MaxValue - 1, count: 2));
        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 0)).Kind);
        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 1));
    }

    [Fact]
    public void A_batch_may_lie_across_the_wrap_and_be_repeated()
    {
        Store(Batch(sequence: int.MaxValue - 4, count: 10));

        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 5)).Kind);
        Assert.Equal(100, AssertDuplicate(Batch(sequence: int.MaxValue - 4, count: 10)).BaseOffset);
    }

    [Fact]
    public void An_exact_repeat_of_each_of_the_last_five_batches_gets_its_first_offset_and_time()
    {
        for (var batch = 0; batch < 6; batch++)
        {
            Store(Batch(sequence: batch * 10, count: 10, timestampMs: 1000 + batch));
        }

        for (var batch = 1; batch < 6; batch++)
        {
            var duplicate = AssertDuplicate(Batch(sequence: batch * 10, count: 10));
            Assert.Equal(100 + (batch * 10), duplicate.BaseOffset);
            Assert.Equal(1000 + batch, duplicate.TimestampMs);
        }
    }

    [Fact]
    public void A_repeat_of_a_batch_older_than_the_kept_five_is_an_old_duplicate_without_an_offset()
    {
        for (var batch = 0; batch < 7; batch++)
        {
            Store(Batch(sequence: batch * 10, count: 10));
        }

        var first = _table.Check(Batch(sequence: 0, count: 10));
        Assert.Equal((SequenceKind.OldDuplicate, 120), (first.Kind, first.BaseOffset));
        Assert.Equal(SequenceKind.OldDuplicate, _table.Check(Batch(sequence: 10, count: 10)).Kind);
    }

    [Fact]
    public void A_batch_that_overlaps_the_kept_ones_in_part_is_out_of_order()
    {
        for (var batch = 0; batch < 7; batch++)
        {
            Store(Batch(sequence: batch * 10, count: 10));
        }

        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 15, count: 10));
        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 60, count: 9));
    }

    [Fact]
    public void Sequences_from_before_the_producer_was_known_are_never_called_stored()
    {
        for (var batch = 0; batch < 7; batch++)
        {
            Store(Batch(sequence: 1000 + (batch * 10), count: 10));
        }

        Assert.Equal(SequenceKind.OldDuplicate, _table.Check(Batch(sequence: 1000, count: 10)).Kind);
        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 990, count: 10));
        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 995, count: 10));
    }

    [Fact]
    public void A_new_epoch_starts_at_zero_and_a_lower_one_is_fenced()
    {
        Store(Batch(sequence: 0, count: 5, epoch: 3));

        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 5, epoch: 4));
        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 0, epoch: 4)).Kind);
        AssertRejected(ErrorCode.InvalidProducerEpoch, Batch(sequence: 5, epoch: 2));
    }

    [Fact]
    public void Batches_of_an_earlier_epoch_are_no_duplicates_in_the_new_one()
    {
        Store(Batch(sequence: 0, count: 5, epoch: 3));
        Store(Batch(sequence: 0, count: 1, epoch: 4));

        AssertRejected(ErrorCode.OutOfOrderSequenceNumber, Batch(sequence: 0, count: 5, epoch: 4));
        AssertRejected(ErrorCode.InvalidProducerEpoch, Batch(sequence: 0, count: 5, epoch: 3));
    }

    [Fact]
    public void Producers_do_not_know_of_each_other()
    {
        Store(Batch(sequence: 0, count: 5, producerId: 1));
        Store(Batch(sequence: 50, count: 5, producerId: 2));

        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 5, producerId: 1)).Kind);
        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 55, producerId: 2)).Kind);
    }

    [Fact]
    public void A_silent_producer_expires_and_may_then_begin_anywhere()
    {
        Store(Batch(sequence: 0, producerId: 1), nowMs: 1000);
        Store(Batch(sequence: 0, producerId: 2), nowMs: 1500);

        Assert.Equal(0, _table.Expire(nowMs: 1999, expirationMs: 1000));
        Assert.Equal(1, _table.Expire(nowMs: 2000, expirationMs: 1000));
        Assert.Equal([2L], _table.Describe().Select(p => p.ProducerId));
        Assert.Equal(SequenceKind.InOrder, _table.Check(Batch(sequence: 77, producerId: 1)).Kind);
    }

    [Fact]
    public void Records_with_old_timestamps_do_not_make_their_producer_expire()
    {
        Store(Batch(sequence: 0, timestampMs: 5), nowMs: 1_000_000);
        Assert.Equal(0, _table.Expire(nowMs: 1_000_500, expirationMs: 1000));
    }

    [Fact]
    public void A_replayed_timestamp_of_the_future_does_not_keep_its_producer_for_ever()
    {
        _table.Replay(Batch(sequence: 0, timestampMs: long.MaxValue).At(0));

        Assert.Equal(0, _table.Expire(nowMs: 5000, expirationMs: 1000));
        Assert.Equal(1, _table.Expire(nowMs: 6000, expirationMs: 1000));
    }

    [Fact]
    public void A_producer_with_an_open_transaction_does_not_expire()
    {
        Store(Batch(sequence: 0).Transactional(), nowMs: 0);

        Assert.Equal(0, _table.Expire(nowMs: 1_000_000, expirationMs: 1));
        _table.EndTransaction(Marker(_nextOffset), coordinatorEpoch: 1, nowMs: 1_000_000);
        Assert.Equal(1, _table.Expire(nowMs: 1_000_001, expirationMs: 1));
    }

    [Fact]
    public void A_full_table_forgets_the_producers_that_have_been_silent_longest()
    {
        var table = new ProducerTable(producersMax: 10);
        for (var id = 0; id < 10; id++)
        {
            table.Append(Batch(sequence: 0, producerId: id).At(id), nowMs: 0);
        }

        table.Append(Batch(sequence: 1, producerId: 0).At(10), nowMs: 0);
        table.Append(Batch(sequence: 0, producerId: 10).At(11), nowMs: 0);

        Assert.Equal([0L, 2, 3, 4, 5, 6, 7, 8, 9, 10], table.Describe().Select(p => p.ProducerId));
    }

    [Fact]
    public void A_batch_of_a_known_producer_allocates_nothing()
    {
        Store(Batch(sequence: 0));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sequence = 1; sequence < 1000; sequence++)
        {
            Assert.True(_table.Check(Batch(sequence)).Kind == SequenceKind.InOrder);
            Store(Batch(sequence));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Store(RecordBatchHeader batch, long nowMs = 1000)
    {
        var stored = batch.At(_nextOffset);
        _nextOffset = stored.NextOffset;
        _table.Append(in stored, nowMs);
    }

    private SequenceCheck AssertDuplicate(RecordBatchHeader batch)
    {
        var check = _table.Check(in batch);
        Assert.Equal(SequenceKind.Duplicate, check.Kind);
        return check;
    }

    private void AssertRejected(ErrorCode error, RecordBatchHeader batch)
    {
        var check = _table.Check(in batch);
        Assert.Equal(SequenceKind.Rejected, check.Kind);
        Assert.Equal(error, check.Error);
        Assert.NotNull(check.Message);
    }
}
