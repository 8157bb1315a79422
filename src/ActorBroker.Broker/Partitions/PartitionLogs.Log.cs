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
        "The disk lost records of partition {Partition}: it ends at {LogEndOffset}, below {PromisedOffset}")]
    public static partial void RecordsLost(
        ILogger logger, TopicPartition partition, long logEndOffset, long promisedOffset);

    [LoggerMessage(2107, LogLevel.Information,
        "Partition {Partition}: cut from {LogEndOffset} to {Offset}, where the leader's log of epoch {Epoch} parts")]
    public static partial void Truncated(
        ILogger logger, TopicPartition partition, long logEndOffset, long offset, int epoch);

    [LoggerMessage(2108, LogLevel.Error,
        "Partition {Partition}: broker {LeaderId} sends from offset {Offset} on what is damaged; it is not taken")]
    public static partial void UnsoundAppend(ILogger logger, TopicPartition partition, int leaderId, long offset);

    [LoggerMessage(2109, LogLevel.Error,
        "Partition {Partition} can't be read at offset {Offset}: followers that lack it wait")]
    public static partial void ReadFailed(ILogger logger, TopicPartition partition, long offset, Exception failure);

    [LoggerMessage(2105, LogLevel.Error, "The log of partition {Partition} can't be closed cleanly")]
    public static partial void CloseFailed(ILogger logger, TopicPartition partition, Exception failure);
}
