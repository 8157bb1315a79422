using Microsoft.Extensions.Logging;

namespace ActorBroker.Server;

/// <summary>How the brokers of an embedded cluster differ from default ones.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>
    /// The folder of all data, made if it isn't there and kept at the end; null: a temporary one, removed when the
    /// cluster is disposed.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>The port of broker 1 on 127.0.0.1; the next brokers have the next ports. 0: any free ones.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Settings of every broker by Kafka's names, as <c>min.insync.replicas</c>. Topics have as many replicas as there
    /// are brokers, and three at most, unless <c>default.replication.factor</c> stands here.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of single brokers by their id, in place of those of all, as <c>broker.rack</c>.</summary>
    public IReadOnlyDictionary<int, IReadOnlyDictionary<string, string>> BrokerSettings { get; init; } =
        new Dictionary<int, IReadOnlyDictionary<string, string>>();

    /// <summary>Where logs go; null: nowhere. It stays the caller's to dispose.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
