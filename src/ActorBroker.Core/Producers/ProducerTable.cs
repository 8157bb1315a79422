using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

/// <summary>
/// What a partition knows of its idempotent and transactional producers: enough to store each of their batches once and
/// in order, and to know from which offset on a transaction is still undecided.
/// </summary>
/// <remarks>
/// <para>
/// Per producer: its epoch, its last five batches, and the first offset of its open transaction. An exact repeat of
/// a kept batch is a duplicate. Otherwise the next sequence must follow the last one (2147483647 is followed by 0),
/// a new epoch starts at 0, a lower epoch is fenced, and a producer that is not known may begin anywhere.
/// </para>
/// <para>
/// Bounded: beyond <see cref="ProducersMax"/> the producers that have been silent longest are forgotten, as if they had
/// expired; never one with an open transaction.
/// </para>
/// <para>Owned by one actor; not safe for several threads. A batch costs no allocation, a new producer one
/// object.</para>
/// </remarks>
public sealed partial class ProducerTable : IProducerState
{
    /// <summary>Producers remembered for one partition.</summary>
    public const int ProducersMax = 100_000;

    private readonly Dictionary<long, ProducerEntry> _producers = [];
    private readonly int _producersMax;

    /// <summary>An empty table.</summary>
    public ProducerTable()
        : this(ProducersMax)
    {
    }

    internal ProducerTable(int producersMax) => _producersMax = producersMax;

    /// <summary>Producers known now.</summary>
    public int Count => _producers.Count;

    /// <summary>How a producer's batch, not yet stored, stands to what is stored. Changes nothing.</summary>
    public SequenceCheck Check(in RecordBatchHeader batch)
    {
        Invariant.Holds(batch.HasProducerId);
        if (!_producers.TryGetValue(batch.ProducerId, out var producer))
        {
            return SequenceCheck.InOrder;
        }

        if (batch.ProducerEpoch < producer.Epoch)
        {
            return SequenceCheck.Rejected(
                ErrorCode.InvalidProducerEpoch,
                $"producer {batch.ProducerId} sends epoch {batch.ProducerEpoch}, the current one is {producer.Epoch}");
        }

        if (batch.ProducerEpoch == producer.Epoch &&
            producer.TryFind(batch.BaseSequence, batch.LastSequence, out var stored))
        {
            return SequenceCheck.Duplicate(stored.BaseOffset, stored.TimestampMs);
        }

        var order = batch.ProducerEpoch > producer.Epoch
            ? CheckFirstOfEpoch(in batch)
            : CheckNext(in batch, producer);
        return order.Kind == SequenceKind.InOrder ? CheckTransaction(in batch, producer) : order;
    }

    /// <summary>Remembers a batch that was accepted at its offset.</summary>
    public void Append(in RecordBatchHeader batch, long nowMs)
    {
        Invariant.Holds(batch.HasProducerId);
        Invariant.Holds(!batch.IsControl);
        var producer = Take(in batch);
        producer.LastSeenMs = nowMs;
    }

    /// <summary>
    /// Forgets the producers that have been silent for <paramref name="expirationMs"/>, except those with an open
    /// transaction.
    /// </summary>
    /// <returns>How many were forgotten.</returns>
    public int Expire(long nowMs, long expirationMs)
    {
        var expired = 0;
        foreach (var (id, producer) in _producers)
        {
            // A replayed batch may carry a producer's clock that runs ahead; it must not keep its producer for ever.
            producer.LastSeenMs = Math.Min(producer.LastSeenMs, nowMs);
            if (!producer.HasOpenTransaction && nowMs - producer.LastSeenMs >= expirationMs)
            {
                _producers.Remove(id);
                expired++;
            }
        }

        return expired;
    }

    /// <summary>Every producer, in the order of their ids.</summary>
    public IReadOnlyList<ProducerDescription> Describe() =>
    [
        .. _producers.Values.OrderBy(p => p.ProducerId).Select(p => new ProducerDescription(
            p.ProducerId,
            p.Epoch,
            p.LastSequence,
            p.LastTimestampMs,
            p.CoordinatorEpoch,
            p.TransactionFirstOffset)),
    ];

    private static SequenceCheck CheckFirstOfEpoch(in RecordBatchHeader batch) => batch.BaseSequence == 0
        ? SequenceCheck.InOrder
        : SequenceCheck.Rejected(
            ErrorCode.OutOfOrderSequenceNumber,
            $"producer {batch.ProducerId} begins epoch {batch.ProducerEpoch} at sequence {batch.BaseSequence}, not 0");

    private static SequenceCheck CheckNext(in RecordBatchHeader batch, ProducerEntry producer)
    {
        var last = producer.LastSequence;
        var expected = last < 0 ? 0 : RecordBatchHeader.IncrementSequence(last, 1);
        if (batch.BaseSequence == expected)
        {
            return SequenceCheck.InOrder;
        }

        if (WasStoredLongAgo(in batch, producer))
        {
            return SequenceCheck.OldDuplicate(before: producer.Oldest.BaseOffset);
        }

        return SequenceCheck.Rejected(
            ErrorCode.OutOfOrderSequenceNumber,
            $"producer {batch.ProducerId} sends sequence {batch.BaseSequence}, expected {expected}");
    }

    /// <summary>
    /// True only when the whole batch lies before the kept batches and within the unbroken run that is stored here: the
    /// client takes DUPLICATE_SEQUENCE_NUMBER for success, so a guess would lose records.
    /// </summary>
    private static bool WasStoredLongAgo(in RecordBatchHeader batch, ProducerEntry producer)
    {
        if (producer.BatchCount == 0)
        {
            return false;
        }

        var recordsBack = RecordsBetween(batch.BaseSequence, producer.LastSequence) + 1;
        var recordsKept = RecordsBetween(producer.Oldest.BaseSequence, producer.LastSequence) + 1;
        return recordsBack <= producer.UnbrokenRecords && recordsBack - batch.LastOffsetDelta - 1 >= recordsKept;
    }

    private static SequenceCheck CheckTransaction(in RecordBatchHeader batch, ProducerEntry producer) =>
        producer.HasOpenTransaction && !batch.IsTransactional && batch.ProducerEpoch == producer.Epoch
            ? SequenceCheck.Rejected(
                ErrorCode.InvalidTxnState,
                $"producer {batch.ProducerId} writes outside its open transaction")
            : SequenceCheck.InOrder;

    /// <summary>Steps from one sequence forward to another, on the circle of 2^31 sequences.</summary>
    private static long RecordsBetween(int from, int to) => to >= from ? to - from : to - (long)from + int.MaxValue + 1;

    private ProducerEntry Take(in RecordBatchHeader batch)
    {
        var producer = GetOrAdd(batch.ProducerId);
        if (batch.ProducerEpoch != producer.Epoch)
        {
            producer.BeginEpoch(batch.ProducerEpoch);
        }

        producer.Add(new KeptBatch(batch.BaseSequence, batch.LastOffsetDelta, batch.LastOffset, batch.MaxTimestamp));
        if (batch.IsTransactional && !producer.HasOpenTransaction)
        {
            OpenTransaction(producer, batch.BaseOffset);
        }

        return producer;
    }

    private ProducerEntry GetOrAdd(long producerId)
    {
        if (_producers.TryGetValue(producerId, out var known))
        {
            return known;
        }

        if (_producers.Count >= _producersMax)
        {
            ForgetLongestSilent();
        }

        var added = new ProducerEntry(producerId);
        _producers.Add(producerId, added);
        return added;
    }

    /// <summary>Makes room for a tenth of the table at once, so that the sort is paid for rarely.</summary>
    private void ForgetLongestSilent()
    {
        var silent = _producers.Values
            .Where(p => !p.HasOpenTransaction)
            .OrderBy(p => p.LastOffset)
            .Take(Math.Max(1, _producersMax / 10))
            .ToArray();
        foreach (var producer in silent)
        {
            _producers.Remove(producer.ProducerId);
        }
    }
}
