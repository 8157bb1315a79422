namespace ActorBroker.Client.Producing;

/// <summary>The producer id and epoch under which an idempotent producer numbers a partition's batches.</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch);
