using ActorBroker.Core.Groups.Records;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Groups;

/// <summary>What coordinators say: changes of state only, each once.</summary>
internal static partial class GroupLogs
{
    [LoggerMessage(2300, LogLevel.Debug,
        "Coordinator {Partition} is in charge of {Groups} groups, read from {Records} records")]
    public static partial void Loaded(ILogger logger, TopicPartition partition, int groups, long records);

    [LoggerMessage(2301, LogLevel.Error,
        "Coordinator {Partition} can't read its log: its groups get COORDINATOR_NOT_AVAILABLE; trying again")]
    public static partial void LoadFailed(ILogger logger, TopicPartition partition, Exception failure);

    [LoggerMessage(2302, LogLevel.Error,
        "Coordinator {Partition} can't store what was decided ({Error}): it is dropped and read again from its log")]
    public static partial void AppendFailed(ILogger logger, TopicPartition partition, ErrorCode error);

    [LoggerMessage(2303, LogLevel.Error,
        "Coordinator {Partition} failed: it is dropped and read again from its log")]
    public static partial void Crashed(ILogger logger, TopicPartition partition, Exception failure);

    [LoggerMessage(2304, LogLevel.Warning,
        "Coordinator {Partition} passed over {Count} stored records, the first at offset {Offset}: {Reason}")]
    public static partial void Skipped(
        ILogger logger, TopicPartition partition, long count, long offset, GroupRecordResult reason);

    [LoggerMessage(2305, LogLevel.Warning,
        "Coordinator {Partition} passed over the offsets of {Count} transactions that were never decided")]
    public static partial void Undecided(ILogger logger, TopicPartition partition, int count);

    [LoggerMessage(2306, LogLevel.Debug, "Coordinator {Partition} is no longer in charge")]
    public static partial void Ended(ILogger logger, TopicPartition partition);

    [LoggerMessage(2307, LogLevel.Information,
        "The offsets topic is created: {Partitions} partitions, {Replicas} replicas of each")]
    public static partial void TopicCreated(ILogger logger, int partitions, int replicas);

    [LoggerMessage(2308, LogLevel.Error, "The offsets topic can't be created: {Error} {Message}")]
    public static partial void TopicRefused(ILogger logger, ErrorCode error, string? message);

    [LoggerMessage(2309, LogLevel.Information, "Coordinator {Partition} let {Count} offsets expire")]
    public static partial void Expired(ILogger logger, TopicPartition partition, int count);

    [LoggerMessage(2310, LogLevel.Error, "The lag of groups can't be computed; what was computed last stays")]
    public static partial void LagUnknown(ILogger logger, Exception failure);
}
