using ActorBroker.Records;

namespace ActorBroker.Broker;

/// <summary>One entry of <c>log.dirs</c>, as DescribeLogDirs shows it.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Error"><see cref="ErrorCode.None"/>, or why the directory can't be used.</param>
/// <param name="TotalBytes">Size of its volume; -1 where unknown.</param>
/// <param name="UsableBytes">Free bytes of its volume; -1 where unknown.</param>
/// <param name="Partitions">The replicas in it.</param>
public sealed record LogDirDescription(
    string Path, ErrorCode Error, long TotalBytes, long UsableBytes, IReadOnlyList<ReplicaDescription> Partitions);

/// <summary>A replica in a log directory.</summary>
/// <param name="Partition">Which partition.</param>
/// <param name="SizeBytes">Bytes of its segments.</param>
/// <param name="OffsetLag">How far the replica is behind; 0 on a leader.</param>
/// <param name="IsFuture">True while it is being moved to this directory.</param>
public sealed record ReplicaDescription(TopicPartition Partition, long SizeBytes, long OffsetLag, bool IsFuture);
