using System.Text.Json.Serialization.Metadata;

namespace ActorBroker.Client;

/// <summary>How a host's one <see cref="KafkaClient"/> reaches its cluster.</summary>
public sealed class ActorBrokerClientOptions
{
    /// <summary>The connection string that is looked for: <c>ConnectionStrings:broker</c>.</summary>
    public const string ConnectionName = "broker";

    /// <summary>Where the brokers are looked for in a configuration that has no such connection string.</summary>
    public const string BootstrapServersKey = "ActorBroker:BootstrapServers";

    /// <summary>
    /// <c>host:port</c>, several separated by commas; null: the connection string <see cref="ConnectionName"/>, else
    /// <see cref="BootstrapServersKey"/>. A host where none of them says it does not start.
    /// </summary>
    public string? BootstrapServers { get; set; }

    /// <summary>
    /// The name in the broker's logs and quotas, and of groups' members; null: the name of the host's application.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>
    /// How keys and values are written as JSON where there is no other serializer of their type: a
    /// <c>JsonSerializerContext</c>, whose own options count, or a combination of several. Null: not at all.
    /// </summary>
    public IJsonTypeInfoResolver? Json { get; set; }

    /// <summary>Opens the connections in place of TCP: see <see cref="ClientOptions.ConnectCallback"/>.</summary>
    public Func<string, int, CancellationToken, ValueTask<Stream>>? ConnectCallback { get; set; }
}
