namespace Aspire.Hosting;

/// <summary>How <c>AddActorBroker</c> runs the server.</summary>
public sealed class ActorBrokerServerOptions
{
    /// <summary>So many brokers, each a process of its own that can be stopped and started.</summary>
    public int Count { get; set; } = 1;

    /// <summary>The server's file, or its name where it is on the PATH.</summary>
    public string Command { get; set; } = "actorbroker-server";

    /// <summary>
    /// The folder of all data, below the app host's where it is relative; kept from run to run. By default <c>data/</c>
    /// and the resource's name.
    /// </summary>
    public string? DataFolder { get; set; }

    /// <summary>The first broker's port for Kafka clients; the next ones have the next ports.</summary>
    public int Port { get; set; } = 9092;

    /// <summary>The first broker's port for health and metrics; the next ones have the next ports.</summary>
    public int HttpPort { get; set; } = 9644;

    /// <summary>Kafka's settings, and ours, for every broker: <c>Settings["num.partitions"] = "6"</c>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>();
}
