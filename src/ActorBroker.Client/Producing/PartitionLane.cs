namespace ActorBroker.Client.Producing;

/// <summary>One partition of a producer: the queue of its batches, and the loop that sends them.</summary>
internal sealed record PartitionLane(BatchQueue Queue, Task Running);
