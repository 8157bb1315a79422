namespace ActorBroker.Broker.Partitions;

/// <summary>One batch for one partition.</summary>
/// <param name="Records">
/// Exactly one batch. Base offset, leader epoch and, where configured, the time are patched in place, so the memory
/// must stay valid and untouched until the produce is answered.
/// </param>
/// <param name="Acks">0, 1 or -1 (all in-sync replicas).</param>
/// <param name="TimeoutMs">How long acks=-1 may wait for the in-sync replicas after the append.</param>
/// <param name="IsInternal">Written by the broker itself: control batches are allowed.</param>
/// <param name="ApiVersion">Version of the Produce request; zstd needs 7.</param>
public readonly record struct ProduceCommand(
    Memory<byte> Records, short Acks, int TimeoutMs, bool IsInternal = false, short ApiVersion = 11);
