using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Background;

/// <summary>What the background work says.</summary>
internal static partial class BackgroundLogs
{
    [LoggerMessage(2200, LogLevel.Error, "The background job '{Job}' failed; it is tried again at its next time")]
    public static partial void JobFailed(ILogger logger, string job, Exception failure);

    [LoggerMessage(2201, LogLevel.Warning, "Partition {Partition} can't be compacted; it is tried again")]
    public static partial void CleaningFailed(ILogger logger, TopicPartition partition, Exception failure);

    [LoggerMessage(2202, LogLevel.Error,
        "The recovery points can't be written: followers that need them take nothing until they can be")]
    public static partial void RecoveryPointsFailed(ILogger logger, Exception failure);
}
