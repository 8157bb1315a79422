using Microsoft.Extensions.Logging;

namespace ActorBroker.Server;

/// <summary>How an embedded broker differs from the default one.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>
    /// The data folder, made if it isn't there and kept at the end; null: a temporary one, removed when the broker is
    /// disposed.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>The port on 127.0.0.1; 0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Settings by Kafka's names, as <c>num.partitions</c>. The folder and the port have properties of their own;
    /// <c>listeners</c> may stand here in place of <see cref="Port"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where logs go; null: nowhere. It stays the caller's to dispose.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
