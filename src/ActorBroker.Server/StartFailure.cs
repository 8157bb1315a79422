using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway;
using ActorBroker.Server.Http;
using ActorBroker.Storage;

namespace ActorBroker.Server;

/// <summary>Puts the faults of a start into one line that says what to do.</summary>
internal static class StartFailure
{
    /// <summary>The line; null for a fault that nobody foresaw.</summary>
    public static string? Explain(Exception fault, BrokerConfig config) => fault switch
    {
        LogDirectoryException or ListenerException or CatalogueException or HttpListenerException
            or ConfigurationException => fault.Message,
        UnauthorizedAccessException or IOException
            => $"{fault.Message} The data folder is {Folders(config)}; put it right, or name another with --log.dirs=",
        _ => null,
    };

    private static string Folders(BrokerConfig config)
        => string.Join(", ", config.Get(BrokerKeys.LogDirs).Select(Path.GetFullPath));
}
