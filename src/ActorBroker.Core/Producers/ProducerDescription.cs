namespace ActorBroker.Core.Producers;

/// <summary>A producer as DescribeProducers shows it.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="LastSequence">Sequence of its last record; -1 when only a marker is known.</param>
/// <param name="LastTimestampMs">Maximum timestamp of its last batch, Unix milliseconds.</param>
/// <param name="CoordinatorEpoch">Epoch of the coordinator that wrote its last marker; -1 without one.</param>
/// <param name="CurrentTxnStartOffset">First offset of its open transaction; -1 without one.</param>
public readonly record struct ProducerDescription(
    long ProducerId,
    short Epoch,
    int LastSequence,
    long LastTimestampMs,
    int CoordinatorEpoch,
    long CurrentTxnStartOffset);
