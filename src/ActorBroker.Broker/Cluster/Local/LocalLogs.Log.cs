using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>What the cluster of processes on one machine says.</summary>
internal static partial class LocalLogs
{
    [LoggerMessage(2800, LogLevel.Error,
        "The cluster's catalogue can't be followed: this broker goes on by what it knows")]
    public static partial void CatalogueUnreadable(ILogger logger, Exception failure);

    [LoggerMessage(2801, LogLevel.Warning,
        "The catalogue in {Folder} keeps growing: its old entries could not be put together; it is tried again")]
    public static partial void GenerationNotEnded(ILogger logger, string folder, Exception failure);

    [LoggerMessage(2802, LogLevel.Error, "The leases of the cluster's brokers can't be read or written")]
    public static partial void LeasesFailed(ILogger logger, Exception failure);

    [LoggerMessage(2803, LogLevel.Information, "Broker {BrokerId} is alive in epoch {Epoch}")]
    public static partial void Alive(ILogger logger, int brokerId, long epoch);

    [LoggerMessage(2804, LogLevel.Warning, "Broker {BrokerId} of epoch {Epoch} is dead: {Reason}")]
    public static partial void Dead(ILogger logger, int brokerId, long epoch, string reason);

    [LoggerMessage(2810, LogLevel.Information, "The link to broker {BrokerId} at {Endpoint} is up")]
    public static partial void LinkUp(ILogger logger, int brokerId, string endpoint);

    [LoggerMessage(2811, LogLevel.Warning, "The link to broker {BrokerId} broke: {Reason}; it is made anew")]
    public static partial void LinkDown(ILogger logger, int brokerId, string reason);

    [LoggerMessage(2812, LogLevel.Warning, "A link from {Peer} was closed: {Reason}")]
    public static partial void IncomingClosed(ILogger logger, string peer, string reason);
}
