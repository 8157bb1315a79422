using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Partitions;

/// <summary>What a partition says: changes of state only, each once.</summary>
internal static partial class PartitionLogs
{
    [LoggerMessage(2100, LogLevel.Error, "Partition {Partition} is offline: its log can't be opened; trying again")]
    public static partial void Offline(ILogger logger, TopicPartition partition, Exception failure);

    [LoggerMessage(2101, LogLevel.Information, "Partition {Partition} is online again, log end offset {LogEndOffset}")]
    public static partial void Online(ILogger logger, TopicPartition partition, long logEndOffset);

    [LoggerMessage(2102, LogLevel.Error,
        "Partition {Partition} can't be written: producers get KAFKA_STORAGE_ERROR until a write succeeds")]
    public static partial void WriteFailed(ILogger logger, TopicPartition partition, Exception failure);

    [LoggerMessage(2103, LogLevel.Error,
        "Partition {Partition} can't be flushed: its log is opened anew, producers get KAFKA_STORAGE_ERROR meanwhile")]
    public static partial void FlushFailed(ILogger logger, TopicPartition partition, Exception failure);

    [LoggerMessage(2104, LogLevel.Information, "Partition {Partition} can be written again")]
    public static partial void WritesAgain(ILogger logger, TopicPartition partition);

    [LoggerMessage(2106, LogLevel.Critical,
        "The disk lost committed records of partition {Partition}: it ends at {LogEndOffset}, below {HighWatermark}")]
    public static partial void RecordsLost(
        ILogger logger, TopicPartition partition, long logEndOffset, long highWatermark);

    [LoggerMessage(2105, LogLevel.Error, "The log of partition {Partition} can't be closed cleanly")]
    public static partial void CloseFailed(ILogger logger, TopicPartition partition, Exception failure);
}
