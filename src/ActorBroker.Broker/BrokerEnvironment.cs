using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker;

/// <summary>What a broker needs of the world; tests and the simulator give it other worlds.</summary>
/// <param name="Time">The clock and the timers.</param>
/// <param name="Loggers">Where logs go.</param>
/// <param name="FileSystem">The disk.</param>
public sealed record BrokerEnvironment(TimeProvider Time, ILoggerFactory Loggers, IFileSystem FileSystem)
{
    /// <summary>The broker's meters, for whoever wants to listen from the start; null: it makes its own.</summary>
    public BrokerMeters? Meters { get; init; }

    /// <summary>The cluster that it belongs to; null: it is alone.</summary>
    public Cluster.ClusterPorts? Cluster { get; init; }
}
