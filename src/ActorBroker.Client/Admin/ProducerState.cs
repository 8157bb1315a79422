namespace ActorBroker.Client;

/// <summary>What a partition remembers of a producer.</summary>
/// <param name="ProducerId">The producer's id.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="LastSequence">The sequence of its newest record; -1 for none.</param>
/// <param name="LastTimestampMs">When it last wrote, in Unix milliseconds; -1 for never.</param>
/// <param name="CoordinatorEpoch">The epoch of its transaction's coordinator.</param>
/// <param name="TransactionStartOffset">Where its open transaction begins; -1 for none.</param>
public sealed record ProducerState(
    long ProducerId,
    int ProducerEpoch,
    int LastSequence,
    long LastTimestampMs,
    int CoordinatorEpoch,
    long TransactionStartOffset);
