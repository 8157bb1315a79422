namespace ActorBroker.Cli.Consuming;

/// <summary>What is to be read of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">The first offset.</param>
/// <param name="Until">The offset before which reading ends; null never ends.</param>
internal readonly record struct PartitionRange(int Partition, long Start, long? Until);
