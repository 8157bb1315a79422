using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

// Open transactions, and those whose marker is not yet committed: both hold the last stable offset back.
public sealed partial class ProducerTable
{
    private readonly SortedSet<long> _openTransactions = [];
    private readonly Queue<(long FirstOffset, long MarkerOffset)> _closedTransactions = new();

    /// <summary>First offset of the oldest open transaction; null without one.</summary>
    public long? FirstOpenTransactionOffset => _openTransactions.Count == 0 ? null : _openTransactions.Min;

    /// <summary>
    /// First offset of the oldest transaction that is open, or closed by a marker that is not yet below the high
    /// watermark: such a marker may still be lost with its leader, so nobody may act on it.
    /// </summary>
    public long? FirstUndecidedOffset(long highWatermark)
    {
        while (_closedTransactions.TryPeek(out var closed) && closed.MarkerOffset < highWatermark)
        {
            _closedTransactions.Dequeue();
        }

        var first = FirstOpenTransactionOffset;
        foreach (var closed in _closedTransactions)
        {
            first = Math.Min(first ?? long.MaxValue, closed.FirstOffset);
        }

        return first;
    }

    /// <summary>
    /// Takes a transaction marker at its offset: closes the producer's transaction and, where the marker carries a
    /// newer epoch, fences the older one.
    /// </summary>
    /// <returns>What was closed; null when the producer had nothing open here.</returns>
    public CompletedTransaction? EndTransaction(in RecordBatchHeader marker, int coordinatorEpoch, long nowMs)
    {
        Invariant.Holds(marker.IsControl);
        Invariant.Holds(marker.HasProducerId);
        var producer = GetOrAdd(marker.ProducerId);
        if (marker.ProducerEpoch != producer.Epoch)
        {
            producer.BeginEpoch(marker.ProducerEpoch);
        }

        producer.CoordinatorEpoch = coordinatorEpoch;
        producer.LastTimestampMs = marker.MaxTimestamp;
        producer.LastSeenMs = nowMs;
        producer.LastOffset = marker.LastOffset;
        if (!producer.HasOpenTransaction)
        {
            return null;
        }

        var firstOffset = producer.TransactionFirstOffset;
        _openTransactions.Remove(firstOffset);
        producer.TransactionFirstOffset = -1;
        _closedTransactions.Enqueue((firstOffset, marker.LastOffset));
        var stableOffset = FirstOpenTransactionOffset ?? marker.NextOffset;
        return new CompletedTransaction(marker.ProducerId, firstOffset, marker.LastOffset, stableOffset);
    }

    private void OpenTransaction(ProducerEntry producer, long firstOffset)
    {
        producer.TransactionFirstOffset = firstOffset;
        _openTransactions.Add(firstOffset);
    }
}
