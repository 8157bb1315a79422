using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A partition's log in a log directory.</summary>
/// <param name="Partition">Of which partition.</param>
/// <param name="SizeInBytes">How large its segments are.</param>
/// <param name="OffsetLag">How many offsets it is behind.</param>
/// <param name="IsFuture">True for a log that is on its way to this directory.</param>
public sealed record ReplicaDescription(TopicPartition Partition, long SizeInBytes, long OffsetLag, bool IsFuture);
