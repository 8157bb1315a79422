namespace ActorBroker.Core.Producers;

/// <summary>
/// A producer's batch in a stored snapshot (Kafka's <c>.snapshot</c> format, version 1). A producer may have several
/// entries, in the order of their offsets; the last one tells where it stands.
/// </summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="LastSequence">Sequence of the batch's last record; -1 when only a marker is known.</param>
/// <param name="LastOffset">Offset of that record.</param>
/// <param name="OffsetDelta">Last offset minus first offset of that batch.</param>
/// <param name="TimestampMs">That batch's maximum timestamp, Unix milliseconds.</param>
/// <param name="CoordinatorEpoch">Epoch of the coordinator that wrote its last marker; -1 without one.</param>
/// <param name="CurrentTxnFirstOffset">
/// First offset of its open transaction; -1 without one, and in all entries of a producer but the last.
/// </param>
public readonly record struct ProducerSnapshotEntry(
    long ProducerId,
    short Epoch,
    int LastSequence,
    long LastOffset,
    int OffsetDelta,
    long TimestampMs,
    int CoordinatorEpoch,
    long CurrentTxnFirstOffset);
