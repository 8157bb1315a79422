namespace ActorBroker.Core.Producers;

/// <summary>One producer in a stored snapshot: its last batch (Kafka's <c>.snapshot</c> format, version 1).</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="LastSequence">Sequence of the last record of its last batch; -1 when only a marker is known.</param>
/// <param name="LastOffset">Offset of that record.</param>
/// <param name="OffsetDelta">Last offset minus first offset of that batch.</param>
/// <param name="TimestampMs">That batch's maximum timestamp, Unix milliseconds.</param>
/// <param name="CoordinatorEpoch">Epoch of the coordinator that wrote its last marker; -1 without one.</param>
/// <param name="CurrentTxnFirstOffset">First offset of its open transaction; -1 without one.</param>
public readonly record struct ProducerSnapshotEntry(
    long ProducerId,
    short Epoch,
    int LastSequence,
    long LastOffset,
    int OffsetDelta,
    long TimestampMs,
    int CoordinatorEpoch,
    long CurrentTxnFirstOffset);
