using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster;

/// <summary>What a broker says about its cluster.</summary>
internal static partial class ClusterLogs
{
    [LoggerMessage(2400, LogLevel.Error,
        "The catalogue's {Document} could not be applied; it is tried again until it can be")]
    public static partial void FollowFailed(ILogger logger, string document, Exception failure);

    [LoggerMessage(2401, LogLevel.Warning, "{Count} replicas take long to open; the broker goes on meanwhile")]
    public static partial void SlowOpening(ILogger logger, int count);

    [LoggerMessage(2402, LogLevel.Information,
        "Broker {BrokerId} begins epoch {Epoch}; its life before ended cleanly: {Clean}")]
    public static partial void Registered(ILogger logger, int brokerId, long epoch, bool clean);

    [LoggerMessage(2403, LogLevel.Information, "Leaderships move away before the stop: {Count} are left")]
    public static partial void Draining(ILogger logger, int count);

    [LoggerMessage(2404, LogLevel.Warning, "{Count} leaderships did not move away in time; the stop goes on")]
    public static partial void DrainLate(ILogger logger, int count);

    [LoggerMessage(2405, LogLevel.Information, "Live brokers: {Live}; the controller is {ControllerId}")]
    public static partial void Members(ILogger logger, string live, int controllerId);

    [LoggerMessage(2406, LogLevel.Information, "{Partitions} partitions have a new leader after {ElapsedMs} ms")]
    public static partial void Elected(ILogger logger, int partitions, long elapsedMs);

    [LoggerMessage(2410, LogLevel.Information, "{Partitions} leaderships have moved")]
    public static partial void Moved(ILogger logger, int partitions);

    [LoggerMessage(2407, LogLevel.Error, "The controller's work failed; it is tried again until it is done")]
    public static partial void ControllerFailed(ILogger logger, Exception failure);

    [LoggerMessage(2408, LogLevel.Warning, "{Partitions} partitions have a leader that may lack committed records")]
    public static partial void UncleanlyElected(ILogger logger, int partitions);

    [LoggerMessage(2409, LogLevel.Warning, "The cluster could not be told of the stop; it finds out by itself")]
    public static partial void DrainFailed(ILogger logger, Exception failure);
}
