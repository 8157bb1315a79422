namespace ActorBroker.Server;

/// <summary>One broker of an embedded cluster, at one moment.</summary>
/// <param name="Id">Its number.</param>
/// <param name="BootstrapServers">Where it listens, <c>host:port</c>; the same after each restart.</param>
/// <param name="DataFolder">Where its data lies, as a full path.</param>
/// <param name="Status">What it does.</param>
public sealed record EmbeddedClusterBroker(
    int Id, string BootstrapServers, string DataFolder, EmbeddedBrokerStatus Status);

/// <summary>What a broker of an embedded cluster does.</summary>
public enum EmbeddedBrokerStatus
{
    /// <summary>It serves clients.</summary>
    Running,

    /// <summary>It stands still; its connections are open, and the others take it for dead.</summary>
    Paused,

    /// <summary>It was stopped in order.</summary>
    Stopped,

    /// <summary>It died.</summary>
    Crashed,
}
