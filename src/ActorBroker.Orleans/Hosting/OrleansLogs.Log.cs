using Microsoft.Extensions.Logging;

namespace ActorBroker.Orleans.Hosting;

/// <summary>What the silo's side of a broker reports.</summary>
internal static partial class OrleansLogs
{
    [LoggerMessage(
        EventId = 5000, Level = LogLevel.Information,
        Message = "Broker {BrokerId} of cluster {ClusterId} serves Kafka clients on {Listener}://{Host}:{Port}.")]
    public static partial void Serving(
        ILogger logger, int brokerId, string clusterId, string listener, string host, int port);

    [LoggerMessage(
        EventId = 5001, Level = LogLevel.Warning,
        Message = "The catalogue can't be read for now; what others change is heard of later.")]
    public static partial void CatalogueUnreadable(ILogger logger, Exception failure);

    [LoggerMessage(
        EventId = 5003, Level = LogLevel.Warning,
        Message = "The start waits for the catalogue, which can't be read yet.")]
    public static partial void CatalogueAwaited(ILogger logger, Exception failure);

    [LoggerMessage(
        EventId = 5002, Level = LogLevel.Critical, Message = "The broker stops, and its silo with it: {Reason}.")]
    public static partial void Displaced(ILogger logger, string reason);
}
