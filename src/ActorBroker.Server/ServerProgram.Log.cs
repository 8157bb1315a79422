using Microsoft.Extensions.Logging;

namespace ActorBroker.Server;

internal sealed partial class ServerProgram
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "Stopping: {Reason}.")]
    private static partial void LogStopping(ILogger logger, string reason);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "The start failed in a way that nobody foresaw.")]
    private static partial void LogUnforeseen(ILogger logger, Exception fault);
}
