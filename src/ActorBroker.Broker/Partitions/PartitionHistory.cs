namespace ActorBroker.Broker.Partitions;

/// <summary>What the checkpoints, or the log before it was dropped, say about a log that is to be opened.</summary>
/// <param name="RecoveryPoint">Everything below is flushed.</param>
/// <param name="LogStartOffset">Where DeleteRecords moved the start.</param>
/// <param name="HighWatermark">The last one known.</param>
/// <param name="CleanShutdown">The log was closed cleanly.</param>
internal readonly record struct PartitionHistory(
    long RecoveryPoint, long LogStartOffset, long HighWatermark, bool CleanShutdown);
