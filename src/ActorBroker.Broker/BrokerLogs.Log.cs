using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker;

/// <summary>What the broker as a whole says.</summary>
internal static partial class BrokerLogs
{
    [LoggerMessage(2000, LogLevel.Information,
        "Broker {BrokerId} of cluster {ClusterId} is up: {Topics} topics, {Partitions} partitions, {Offline} offline")]
    public static partial void Started(
        ILogger logger, int brokerId, string clusterId, int topics, int partitions, int offline);

    [LoggerMessage(2001, LogLevel.Information, "The previous stop was not clean: the logs are checked")]
    public static partial void Unclean(ILogger logger);

    [LoggerMessage(2002, LogLevel.Warning,
        "Folder {Folder} of partition {Partition} belongs to no known topic; it is set aside as {Stray}")]
    public static partial void Stray(ILogger logger, string folder, TopicPartition partition, string stray);

    [LoggerMessage(2003, LogLevel.Information, "Folder {Folder} is left of a deleted topic; it is removed")]
    public static partial void Leftover(ILogger logger, string folder);

    [LoggerMessage(2004, LogLevel.Information, "Broker {BrokerId} has stopped; every log closed cleanly: {Clean}")]
    public static partial void Stopped(ILogger logger, int brokerId, bool clean);

    [LoggerMessage(2005, LogLevel.Error, "The checkpoints can't be written: the next start checks the logs")]
    public static partial void CheckpointFailed(ILogger logger, Exception failure);

    [LoggerMessage(2006, LogLevel.Warning,
        "The data folders are not those of epoch {Epoch}, this broker's last: what was written then is missing here, " +
        "and its replicas have to catch up before they count")]
    public static partial void OutOfDate(ILogger logger, long epoch);

    [LoggerMessage(2007, LogLevel.Critical, "This broker stops: {Reason}")]
    public static partial void Displaced(ILogger logger, string reason);
}
