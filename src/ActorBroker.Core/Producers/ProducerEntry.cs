using System.Runtime.CompilerServices;
using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

/// <summary>One producer: its epoch and its last five batches, in a ring that lives inside the object.</summary>
internal sealed class ProducerEntry(long producerId)
{
    /// <summary>How many batches a producer may have in flight and still have each repeat recognised.</summary>
    public const int BatchesKept = 5;

    private Ring _ring;
    private int _next;
    private int _count;

    public long ProducerId { get; } = producerId;

    public short Epoch { get; private set; } = -1;

    public int CoordinatorEpoch { get; set; } = -1;

    /// <summary>First offset of the open transaction; -1 without one.</summary>
    public long TransactionFirstOffset { get; set; } = -1;

    /// <summary>Maximum timestamp of the last batch or marker.</summary>
    public long LastTimestampMs { get; set; } = -1;

    /// <summary>When it was last heard of: expiry goes by this.</summary>
    public long LastSeenMs { get; set; }

    /// <summary>The offset of its last record or marker: the order in which producers were last active.</summary>
    public long LastOffset { get; set; } = -1;

    /// <summary>
    /// Records in unbroken sequence up to the last one, all of this epoch and all stored here: what lies further
    /// back is not known to be stored.
    /// </summary>
    public long UnbrokenRecords { get; private set; }

    public int BatchCount => _count;

    public bool HasOpenTransaction => TransactionFirstOffset >= 0;

    public int LastSequence => _count == 0 ? -1 : Last.LastSequence;

    public ref readonly KeptBatch Last => ref FromEnd(1);

    public ref readonly KeptBatch Oldest => ref FromEnd(_count);

    /// <summary>A kept batch: 1 is the last one.</summary>
    public ref readonly KeptBatch FromEnd(int back) => ref _ring[(_next + BatchesKept - back) % BatchesKept];

    /// <summary>A new epoch counts its sequences from the start; what the old one sent can't be repeated any
    /// more.</summary>
    public void BeginEpoch(short epoch)
    {
        Epoch = epoch;
        _count = 0;
        UnbrokenRecords = 0;
    }

    public void Add(in KeptBatch batch)
    {
        var follows = _count > 0 && RecordBatchHeader.IncrementSequence(Last.LastSequence, 1) == batch.BaseSequence;
        UnbrokenRecords = (follows ? UnbrokenRecords : 0) + batch.OffsetDelta + 1;
        _ring[_next] = batch;
        _next = (_next + 1) % BatchesKept;
        _count = Math.Min(_count + 1, BatchesKept);
        LastOffset = batch.LastOffset;
        LastTimestampMs = batch.TimestampMs;
    }

    /// <summary>Finds the kept batch of exactly these sequences.</summary>
    public bool TryFind(int baseSequence, int lastSequence, out KeptBatch found)
    {
        for (var back = 1; back <= _count; back++)
        {
            ref readonly var batch = ref FromEnd(back);
            if (batch.BaseSequence == baseSequence && batch.LastSequence == lastSequence)
            {
                found = batch;
                return true;
            }
        }

        found = default;
        return false;
    }

    [InlineArray(BatchesKept)]
    private struct Ring
    {
        private KeptBatch _first;
    }
}
