using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

// The log's side: the table is rebuilt from a stored snapshot and the batches after it.
public sealed partial class ProducerTable
{
    /// <inheritdoc/>
    public void Restore(IReadOnlyList<ProducerSnapshotEntry> snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _producers.Clear();
        _openTransactions.Clear();
        _closedTransactions.Clear();
        foreach (var entry in snapshot)
        {
            var producer = GetOrAdd(entry.ProducerId);
            producer.BeginEpoch(entry.Epoch);
            if (entry.LastSequence >= 0)
            {
                var baseSequence = DecrementSequence(entry.LastSequence, entry.OffsetDelta);
                producer.Add(new KeptBatch(baseSequence, entry.OffsetDelta, entry.LastOffset, entry.TimestampMs));
            }

            producer.LastOffset = entry.LastOffset;
            producer.LastTimestampMs = entry.TimestampMs;
            producer.LastSeenMs = entry.TimestampMs;
            producer.CoordinatorEpoch = entry.CoordinatorEpoch;
            if (entry.CurrentTxnFirstOffset >= 0)
            {
                OpenTransaction(producer, entry.CurrentTxnFirstOffset);
            }
        }
    }

    /// <inheritdoc/>
    public void Replay(in RecordBatchHeader batch)
    {
        if (!batch.HasProducerId || batch.IsControl || batch.BaseSequence < 0)
        {
            return;
        }

        var producer = Take(in batch);
        producer.LastSeenMs = batch.MaxTimestamp;
    }

    /// <inheritdoc/>
    public void ReplayMarker(in RecordBatchHeader batch, int coordinatorEpoch) =>
        EndTransaction(in batch, coordinatorEpoch, batch.MaxTimestamp);

    /// <inheritdoc/>
    public IReadOnlyList<ProducerSnapshotEntry> Snapshot() =>
    [
        .. _producers.Values.OrderBy(p => p.ProducerId).Select(p => new ProducerSnapshotEntry(
            p.ProducerId,
            p.Epoch,
            p.LastSequence,
            p.BatchCount == 0 ? -1 : p.Last.LastOffset,
            p.BatchCount == 0 ? 0 : p.Last.OffsetDelta,
            p.LastTimestampMs,
            p.CoordinatorEpoch,
            p.TransactionFirstOffset)),
    ];

    private static int DecrementSequence(int sequence, int by) =>
        sequence >= by ? sequence - by : int.MaxValue - (by - sequence) + 1;
}
