using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Background;

/// <summary>What the background work says.</summary>
internal static partial class BackgroundLogs
{
    [LoggerMessage(2200, LogLevel.Error, "The background job '{Job}' failed; it is tried again at its next time")]
    public static partial void JobFailed(ILogger logger, string job, Exception failure);
}
