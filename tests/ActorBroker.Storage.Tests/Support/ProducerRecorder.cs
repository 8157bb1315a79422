using ActorBroker.Core.Producers;
using ActorBroker.Records;

namespace ActorBroker.Storage.Tests.Support;

/// <summary>The smallest producer state: each producer's last batch, which is all that a snapshot holds.</summary>
public sealed class ProducerRecorder : IProducerState
{
    private readonly SortedDictionary<long, ProducerSnapshotEntry> _entries = [];

    public int Restores { get; private set; }

    public int Replays { get; private set; }

    public void Restore(IReadOnlyList<ProducerSnapshotEntry> snapshot)
    {
        Restores++;
        Replays = 0;
        _entries.Clear();
        foreach (var entry in snapshot)
        {
            _entries[entry.ProducerId] = entry;
        }
    }

    public void Replay(in RecordBatchHeader batch)
    {
        Replays++;
        Append(batch);
    }

    public void ReplayMarker(in RecordBatchHeader batch, int coordinatorEpoch)
    {
        Replays++;
        _entries[batch.ProducerId] = _entries.GetValueOrDefault(batch.ProducerId) with
        {
            ProducerId = batch.ProducerId,
            Epoch = batch.ProducerEpoch,
            CoordinatorEpoch = coordinatorEpoch,
            CurrentTxnFirstOffset = -1,
        };
    }

    public IReadOnlyList<ProducerSnapshotEntry> Snapshot() => [.. _entries.Values];

    public void Append(in RecordBatchHeader batch) => _entries[batch.ProducerId] = new ProducerSnapshotEntry(
        batch.ProducerId,
        batch.ProducerEpoch,
        batch.LastSequence,
        batch.LastOffset,
        batch.LastOffsetDelta,
        batch.MaxTimestamp,
        -1,
        batch.IsTransactional ? batch.BaseOffset : -1);
}
