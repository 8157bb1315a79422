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
            if (producer.Epoch != entry.Epoch)
            {
                producer.BeginEpoch(entry.Epoch);
            }

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
    /// <remarks>
    /// All kept batches of a producer, an entry each, the last one last. Kafka stores one, and so refuses after a
    /// restart what a client repeats of the batches before it; where it reads several, the last one counts.
    /// </remarks>
    public IReadOnlyList<ProducerSnapshotEntry> Snapshot()
    {
        var entries = new List<ProducerSnapshotEntry>(_producers.Count);
        foreach (var producer in _producers.Values.OrderBy(p => p.ProducerId))
        {
            for (var back = producer.BatchCount; back > 1; back--)
            {
                ref readonly var batch = ref producer.FromEnd(back);
                entries.Add(EntryOf(producer, in batch, batch.TimestampMs));
            }

            var last = producer.BatchCount == 0 ? NoBatch : producer.Last;
            entries.Add(EntryOf(producer, in last, producer.LastTimestampMs) with
            {
                CurrentTxnFirstOffset = producer.TransactionFirstOffset,
            });
        }

        return entries;
    }

    private static KeptBatch NoBatch { get; } = new(BaseSequence: -1, OffsetDelta: 0, LastOffset: -1, TimestampMs: -1);

    private static ProducerSnapshotEntry EntryOf(ProducerEntry producer, in KeptBatch batch, long timestampMs) => new(
        producer.ProducerId,
        producer.Epoch,
        batch.LastSequence,
        batch.LastOffset,
        batch.OffsetDelta,
        timestampMs,
        producer.CoordinatorEpoch,
        CurrentTxnFirstOffset: -1);

    private static int DecrementSequence(int sequence, int by) =>
        sequence >= by ? sequence - by : int.MaxValue - (by - sequence) + 1;
}
