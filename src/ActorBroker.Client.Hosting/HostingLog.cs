using Microsoft.Extensions.Logging;

namespace ActorBroker.Client;

/// <summary>What the client tells in a host's log.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(6000, LogLevel.Error, "Records were not delivered.")]
    public static partial void NotDelivered(this ILogger log, Exception exception);

    [LoggerMessage(
        6001, LogLevel.Error, "Records were not delivered in the host's time to shut down; they are given up.")]
    public static partial void NotDeliveredInTime(this ILogger log);

    [LoggerMessage(
        EventId = 6002,
        Message = "{Topic}-{Partition} at offset {Offset}: the handler of group '{Group}' failed " +
            "(attempt {Attempt}); the record is handled again in {Pause}.")]
    public static partial void HandlerFailed(
        this ILogger log,
        LogLevel level,
        string topic,
        int partition,
        long offset,
        string group,
        int attempt,
        TimeSpan pause,
        Exception exception);

    [LoggerMessage(
        6003, LogLevel.Warning, "Group '{Group}' can't read '{Topic}' now; it goes on in {Pause}.")]
    public static partial void ReadingFailed(
        this ILogger log, string topic, string group, TimeSpan pause, Exception exception);

    [LoggerMessage(
        6004, LogLevel.Critical, "Group '{Group}' can't read '{Topic}', and trying again doesn't help.")]
    public static partial void ReadingEnded(this ILogger log, string topic, string group, Exception exception);
}
