namespace ActorBroker.Broker.Partitions;

/// <summary>
/// What the checkpoints, or the log before it was dropped, say about a log that is to be opened.
/// Immutable, as checkpoints read it beside the turns.
/// </summary>
/// <param name="RecoveryPoint">Everything below is flushed.</param>
/// <param name="LogStartOffset">Where DeleteRecords moved the start.</param>
/// <param name="HighWatermark">The last one known.</param>
/// <param name="FirstDirtyOffset">Everything below was compacted before.</param>
/// <param name="CleanShutdown">The log was closed cleanly.</param>
internal sealed record PartitionHistory(
    long RecoveryPoint, long LogStartOffset, long HighWatermark, long FirstDirtyOffset, bool CleanShutdown)
{
    /// <summary>
    /// There is no folder yet: what the checkpoints know is of an earlier partition of the name, and has to go first. A
    /// start after a crash would take it for the new one's, and believe bytes that it has never looked at.
    /// </summary>
    public bool BeginsAnew { get; init; }
}
