using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage;

/// <summary>What the log tells the operator: recoveries, cuts, removals, faults. Never a request.</summary>
internal static partial class PartitionLogLog
{
    [LoggerMessage(1000, LogLevel.Warning, "{Path}: cut {Bytes} bytes at position {Position}: {Fault}")]
    public static partial void Cut(ILogger logger, string path, long position, long bytes, string fault);

    [LoggerMessage(
        1001,
        LogLevel.Warning,
        "{Folder}: dropped {Count} segments above offset {Offset} after an unclean stop")]
    public static partial void SegmentsDropped(ILogger logger, string folder, int count, long offset);

    [LoggerMessage(
        1002,
        LogLevel.Error,
        "{Folder}: flushed up to offset {RecoveryPoint}, but the log ends at {End}: the disk has lost data")]
    public static partial void FlushedDataLost(ILogger logger, string folder, long recoveryPoint, long end);

    [LoggerMessage(
        1003,
        LogLevel.Warning,
        "{Folder}: the log starts at {Start} but ends at {End}: starting anew at {Start}")]
    public static partial void StartAboveEnd(ILogger logger, string folder, long start, long end);

    [LoggerMessage(
        1004,
        LogLevel.Information,
        "{Folder}: completed the compaction of offsets {From} to {To} that a stop interrupted")]
    public static partial void SwapCompleted(ILogger logger, string folder, long from, long to);

    [LoggerMessage(1005, LogLevel.Information, "{Folder}: removed {Count} segments; the log starts at {Start}")]
    public static partial void SegmentsRemoved(ILogger logger, string folder, int count, long start);

    [LoggerMessage(1006, LogLevel.Error, "{Folder}: a failed append could not be undone; the log must be reopened")]
    public static partial void UndoFailed(ILogger logger, string folder, Exception error);

    [LoggerMessage(1007, LogLevel.Error, "{Folder}: a flush failed; the log must be reopened")]
    public static partial void FlushFailed(ILogger logger, string folder, Exception error);

    [LoggerMessage(1008, LogLevel.Warning, "{Folder}: could not store the producers at offset {Offset}")]
    public static partial void SnapshotFailed(ILogger logger, string folder, long offset, Exception error);

    [LoggerMessage(1009, LogLevel.Error, "{Path}: damaged at position {Position}, below the recovery point: {Fault}")]
    public static partial void Damaged(ILogger logger, string path, long position, string fault);

    [LoggerMessage(1010, LogLevel.Warning, "{Path}: could not be removed; the next start removes it")]
    public static partial void RemovalFailed(ILogger logger, string path, Exception error);
}
