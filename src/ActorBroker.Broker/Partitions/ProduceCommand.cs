namespace ActorBroker.Broker.Partitions;

/// <summary>One batch for one partition.</summary>
/// <param name="Records">
/// Exactly one batch. Base offset, leader epoch and, where configured, the time are patched in place, so the memory
/// must stay valid and untouched until the produce is answered.
/// </param>
/// <param name="Acks">0, 1 or -1 (all in-sync replicas).</param>
/// <param name="TimeoutMs">How long acks=-1 may wait for the in-sync replicas after the append.</param>
/// <param name="IsInternal">
/// Written by the broker itself: control batches are allowed, and <c>max.message.bytes</c> is no limit.
/// </param>
/// <param name="ApiVersion">Version of the Produce request; zstd needs 7.</param>
/// <param name="Incarnation">
/// Append only while <see cref="Partition.Incarnation"/> is still this; 0: whatever it is. Whoever appends what follows
/// from what he has read is thereby sure that nothing came in between.
/// </param>
public readonly record struct ProduceCommand(
    Memory<byte> Records, short Acks, int TimeoutMs, bool IsInternal = false, short ApiVersion = 11,
    long Incarnation = 0);
