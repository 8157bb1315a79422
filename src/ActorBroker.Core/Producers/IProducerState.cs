using ActorBroker.Records;

namespace ActorBroker.Core.Producers;

/// <summary>
/// What a log rebuilds while it opens or truncates: the producers' last batches. The log owns the snapshot files, the
/// partition's machine owns the state.
/// </summary>
/// <remarks>Called by the log's owner thread only, in offset order.</remarks>
public interface IProducerState
{
    /// <summary>Forgets everything, then takes a stored snapshot, if any.</summary>
    void Restore(IReadOnlyList<ProducerSnapshotEntry> snapshot);

    /// <summary>Takes a batch that the log already holds; no sequence is checked.</summary>
    void Replay(in RecordBatchHeader batch);

    /// <summary>Takes a transaction marker that the log already holds.</summary>
    /// <param name="batch">The control batch's header.</param>
    /// <param name="coordinatorEpoch">From the marker's value.</param>
    void ReplayMarker(in RecordBatchHeader batch, int coordinatorEpoch);

    /// <summary>The present state, in the form that a snapshot stores.</summary>
    IReadOnlyList<ProducerSnapshotEntry> Snapshot();
}
