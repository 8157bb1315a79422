using System.Net;
using ActorBroker.Protocol;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Connections;

internal sealed partial class Connection
{
    [LoggerMessage(EventId = 3100, Level = LogLevel.Debug, Message = "Closing {Remote}: it sent {What}.")]
    private static partial void LogBadFrame(ILogger logger, IPEndPoint? remote, string what);

    [LoggerMessage(
        EventId = 3101, Level = LogLevel.Debug,
        Message = "Closing {Remote}: API key {Key} version {Version} is not served here.")]
    private static partial void LogUnknownApi(ILogger logger, IPEndPoint? remote, short key, short version);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Debug, Message = "Closing {Remote}: {Reason}")]
    private static partial void LogBadRequest(ILogger logger, IPEndPoint? remote, string reason);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Debug, Message = "Connection to {Remote} lost: {Reason}")]
    private static partial void LogPeerGone(ILogger logger, IPEndPoint? remote, string reason);

    [LoggerMessage(EventId = 3104, Level = LogLevel.Debug, Message = "Closing {Remote}: {Reason}")]
    private static partial void LogAborted(ILogger logger, IPEndPoint? remote, string reason);

    [LoggerMessage(
        EventId = 3106, Level = LogLevel.Debug, Message = "Closing {Remote}: it sent a malformed header of {Api}.")]
    private static partial void LogBadHeader(ILogger logger, IPEndPoint? remote, ApiKey api);

    [LoggerMessage(
        EventId = 3105, Level = LogLevel.Error,
        Message = "A request of {Remote} failed in a way it must not; its connection is closed, others go on.")]
    private static partial void LogFault(ILogger logger, Exception fault, IPEndPoint? remote);
}
