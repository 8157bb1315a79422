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
}
