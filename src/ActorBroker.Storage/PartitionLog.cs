using ActorBroker.Core.Configuration;

namespace ActorBroker.Storage;

/// <summary>
/// One partition's log: a folder of segments in Kafka's own formats. One writer appends, truncates and moves the start;
/// readers on any thread read without locks; flush, retention and cleaning run beside both.
/// </summary>
public sealed partial class PartitionLog : IDisposable
{
    /// <summary>Opens the folder's log, or makes a new one, and recovers what an unclean stop left behind.</summary>
    public static PartitionLog Open(PartitionLogOptions options) => throw new NotImplementedException();

    /// <summary>The folder.</summary>
    public string Directory => throw new NotImplementedException();

    /// <summary>The settings in force.</summary>
    public LogConfig Config => throw new NotImplementedException();

    /// <summary>The id that the folder's <c>partition.metadata</c> holds; empty without one.</summary>
    public Guid TopicId => throw new NotImplementedException();

    /// <summary>The first offset that may be read.</summary>
    public long LogStartOffset => throw new NotImplementedException();

    /// <summary>The offset that the next record gets.</summary>
    public long LogEndOffset => throw new NotImplementedException();

    /// <summary>Everything below is on the disk.</summary>
    public long RecoveryPoint => throw new NotImplementedException();

    /// <summary>Bytes of all segments' <c>.log</c> files.</summary>
    public long SizeInBytes => throw new NotImplementedException();

    /// <summary>Segments, the active one included.</summary>
    public int SegmentCount => throw new NotImplementedException();

    /// <summary>A write failed and could not be undone, or a flush failed: reads go on, appends are refused; reopen.</summary>
    public bool IsBroken => throw new NotImplementedException();

    /// <summary>The leader epochs.</summary>
    public LeaderEpochCache Epochs => throw new NotImplementedException();

    /// <summary>Takes changed settings; they count from the next call on.</summary>
    public void UpdateConfig(LogConfig config) => throw new NotImplementedException();

    /// <summary>
    /// Appends batches that already have their offsets (consecutive from <see cref="LogEndOffset"/>) and leader epoch, with
    /// one gathered write per segment. After an <see cref="IOException"/> nothing was appended and the log end has not moved.
    /// </summary>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> batches) => throw new NotImplementedException();

    /// <summary>Starts a new segment; an empty active one is kept.</summary>
    public void Roll() => throw new NotImplementedException();

    /// <summary>Rolls when the active segment's first batch is older than <c>segment.ms</c>.</summary>
    public bool RollIfExpired() => throw new NotImplementedException();

    /// <summary>Drops everything from the offset on; producers and epochs follow.</summary>
    public void TruncateTo(long offset) => throw new NotImplementedException();

    /// <summary>Drops everything and starts anew at the offset.</summary>
    public void TruncateFullyAndStartAt(long offset) => throw new NotImplementedException();

    /// <summary>Moves the log's start up (DeleteRecords); false if it already is there or above.</summary>
    public bool AdvanceLogStart(long offset) => throw new NotImplementedException();

    /// <summary>Makes durable what was appended before the call, and moves <see cref="RecoveryPoint"/> there.</summary>
    public void Flush() => throw new NotImplementedException();

    /// <summary>Removes segments by time, size and log start, never at or above the high watermark; how many.</summary>
    public int ApplyRetention(long highWatermark) => throw new NotImplementedException();

    /// <summary>Removes files that were set aside longer than <c>file.delete.delay.ms</c> ago.</summary>
    public int DeleteExpiredFiles() => throw new NotImplementedException();

    /// <summary>
    /// Whole stored batches from the one that holds the offset (or the next one, in a gap that compaction left), at most
    /// <paramref name="maxBytes"/>, none that reaches past <paramref name="upToOffset"/>. With
    /// <paramref name="atLeastOneBatch"/> the first batch comes even when it is larger. Dispose the slice.
    /// </summary>
    public LogSlice Read(long offset, int maxBytes, long upToOffset, bool atLeastOneBatch) =>
        throw new NotImplementedException();

    /// <summary>The first record at or after the time, below the offset; null if there is none.</summary>
    public TimestampOffset? FindByTimestamp(long timestampMs, long upToOffset) => throw new NotImplementedException();

    /// <summary>The first record that has the largest timestamp below the offset; null if there is none.</summary>
    public TimestampOffset? FindMaxTimestamp(long upToOffset) => throw new NotImplementedException();

    /// <summary>Stops cleanly: flushes, completes the indexes, stores the producers, closes the files.</summary>
    public void Close() => throw new NotImplementedException();

    /// <summary>Just closes the files, as a crash would.</summary>
    public void Dispose() => throw new NotImplementedException();

    /// <summary>
    /// For a deleted topic: closes the log and renames its folder to <c>NAME.UUID-delete</c>. The caller removes the folder
    /// after <c>file.delete.delay.ms</c>; a start removes leftovers.
    /// </summary>
    /// <returns>The folder's new path.</returns>
    public string MoveAside() => throw new NotImplementedException();
}
