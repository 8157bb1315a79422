using Microsoft.Extensions.Configuration;

namespace ActorBroker.Server;

/// <summary>The settings of a broker in a host, beside those in its configuration.</summary>
public sealed class ActorBrokerOptions
{
    /// <summary>The configuration section that holds the broker's settings.</summary>
    public const string SectionName = "ActorBroker";

    /// <summary>
    /// Settings by Kafka's names, as <c>log.dirs</c>; they win over the configuration's. What nobody sets has the
    /// server's own default: data in <c>./data</c>, and 127.0.0.1:9092 as the address. Only <c>http.listener</c> is
    /// off, as a host has a health check and OpenTelemetry of its own.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Null: the section <see cref="SectionName"/> of the host's configuration, if there is one.</summary>
    internal IConfiguration? Configuration { get; set; }
}
