using ActorBroker.Records;

namespace ActorBroker.Storage;

/// <summary>A partition's folder as found in a log directory.</summary>
/// <param name="Partition">From the folder's name.</param>
/// <param name="Path">The folder.</param>
/// <param name="TopicId">From its <c>partition.metadata</c>; null without one.</param>
public readonly record struct PartitionFolder(TopicPartition Partition, string Path, Guid? TopicId);
