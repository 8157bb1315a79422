namespace ActorBroker.Core.Producers;

/// <summary>What a marker closed; of an aborted transaction these are the fields of its <c>.txnindex</c>
/// entry.</summary>
/// <param name="ProducerId">Whose transaction it was.</param>
/// <param name="FirstOffset">Its first record here.</param>
/// <param name="LastOffset">The marker.</param>
/// <param name="LastStableOffset">The last stable offset that its end makes possible.</param>
public readonly record struct CompletedTransaction(
    long ProducerId,
    long FirstOffset,
    long LastOffset,
    long LastStableOffset);
