using ActorBroker.Core.Producers;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Producers;

public class ProducerTableTransactionTests
{
    private readonly ProducerTable _table = new();

    [Fact]
    public void The_oldest_open_transaction_counts()
    {
        Begin(producerId: 1, offset: 10);
        Begin(producerId: 2, offset: 20);
        Assert.Equal(10, _table.FirstOpenTransactionOffset);

        _table.EndTransaction(Marker(offset: 30, producerId: 1), coordinatorEpoch: 0, nowMs: 0);
        Assert.Equal(20, _table.FirstOpenTransactionOffset);

        _table.EndTransaction(Marker(offset: 31, producerId: 2), coordinatorEpoch: 0, nowMs: 0);
        Assert.Null(_table.FirstOpenTransactionOffset);
    }

    [Fact]
    public void A_closed_transaction_stays_undecided_until_its_marker_is_committed()
    {
        Begin(producerId: 1, offset: 10);
        _table.EndTransaction(Marker(offset: 30, producerId: 1), coordinatorEpoch: 0, nowMs: 0);

        Assert.Equal(10, _table.FirstUndecidedOffset(highWatermark: 30));
        Assert.Null(_table.FirstUndecidedOffset(highWatermark: 31));
    }

    [Fact]
    public void A_marker_tells_what_it_closed()
    {
        Begin(producerId: 1, offset: 10);
        Begin(producerId: 2, offset: 20);

        var second = _table.EndTransaction(Marker(offset: 30, producerId: 2), coordinatorEpoch: 0, nowMs: 0);
        var first = _table.EndTransaction(Marker(offset: 31, producerId: 1), coordinatorEpoch: 0, nowMs: 0);
        var nothing = _table.EndTransaction(Marker(offset: 32, producerId: 1), coordinatorEpoch: 0, nowMs: 0);

        Assert.Equal(new CompletedTransaction(2, 20, 30, LastStableOffset: 10), second);
        Assert.Equal(new CompletedTransaction(1, 10, 31, LastStableOffset: 32), first);
        Assert.Null(nothing);
    }

    [Fact]
    public void A_marker_with_a_newer_epoch_fences_the_older_one()
    {
        Begin(producerId: 1, offset: 10);
        _table.EndTransaction(Marker(offset: 30, producerId: 1, epoch: 1), coordinatorEpoch: 0, nowMs: 0);

        Assert.Equal(
            ErrorCode.InvalidProducerEpoch, _table.Check(Batch(sequence: 1, producerId: 1).Transactional()).Error);
        var next = Batch(sequence: 0, producerId: 1, epoch: 1).Transactional();
        Assert.Equal(SequenceKind.InOrder, _table.Check(in next).Kind);
    }

    [Fact]
    public void A_plain_batch_inside_an_open_transaction_is_refused()
    {
        Begin(producerId: 1, offset: 10);
        Assert.Equal(ErrorCode.InvalidTxnState, _table.Check(Batch(sequence: 1, producerId: 1)).Error);
    }

    private void Begin(long producerId, long offset) =>
        _table.Append(Batch(sequence: 0, producerId: producerId).Transactional().At(offset), nowMs: 0);
}
