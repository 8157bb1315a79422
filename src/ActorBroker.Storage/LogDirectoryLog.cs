using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage;

/// <summary>What a log directory tells the operator.</summary>
internal static partial class LogDirectoryLog
{
    [LoggerMessage(1100, LogLevel.Warning, "{Folder} is no partition's folder and is left alone")]
    public static partial void UnknownFolder(ILogger logger, string folder);

    [LoggerMessage(1101, LogLevel.Information, "{Folder}: removing what is left of a deleted partition")]
    public static partial void LeftoverRemoved(ILogger logger, string folder);
}
