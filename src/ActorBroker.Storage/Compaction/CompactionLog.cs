using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage.Compaction;

/// <summary>What compaction reports.</summary>
internal static partial class CompactionLog
{
    [LoggerMessage(1200, LogLevel.Information,
        "Compacted '{Folder}' up to offset {FirstDirtyOffset}: {RecordsBefore} records became {RecordsAfter}, " +
        "{BytesBefore} bytes became {BytesAfter}.")]
    public static partial void Compacted(
        ILogger logger,
        string folder,
        long firstDirtyOffset,
        long recordsBefore,
        long recordsAfter,
        long bytesBefore,
        long bytesAfter);

    [LoggerMessage(1201, LogLevel.Error,
        "Could not put a compacted segment of '{Folder}' in its place; the log takes no appends until it is reopened.")]
    public static partial void SwapFailed(ILogger logger, string folder, Exception error);
}
