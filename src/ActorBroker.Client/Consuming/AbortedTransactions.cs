using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Tells which batches of a fetch belong to transactions that were aborted. A transaction begins at the offset that the
/// broker names and ends with its producer's abort marker. Batches are asked about in order.
/// </summary>
internal sealed class AbortedTransactions
{
    private readonly PriorityQueue<long, long> _toCome = new();
    private readonly HashSet<long> _open = [];

    public AbortedTransactions(IEnumerable<FetchResponse.AbortedTransaction> all)
    {
        foreach (var each in all)
        {
            _toCome.Enqueue(each.ProducerId, each.FirstOffset);
        }
    }

    /// <summary>True where the batch's records must not be seen; control batches move the state on.</summary>
    public bool Hides(ReadOnlySpan<byte> batch, in RecordBatchHeader header)
    {
        while (_toCome.TryPeek(out var producer, out var firstOffset) && firstOffset <= header.LastOffset)
        {
            _toCome.Dequeue();
            _open.Add(producer);
        }

        if (header.IsControl)
        {
            if (TransactionMarker.TryRead(batch, header, out var marker) && marker.Type == ControlRecordType.Abort)
            {
                _open.Remove(header.ProducerId);
            }

            return true;
        }

        return header.IsTransactional && _open.Contains(header.ProducerId);
    }
}
