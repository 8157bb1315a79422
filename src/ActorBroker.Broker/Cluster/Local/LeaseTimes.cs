namespace ActorBroker.Broker.Cluster.Local;

/// <summary>How often a broker says that it lives, and after what silence others take it for dead.</summary>
/// <param name="Heartbeat">The time between two signs of life.</param>
/// <param name="Session">The silence after which a broker whose process still exists is dead.</param>
internal sealed record LeaseTimes(TimeSpan Heartbeat, TimeSpan Session)
{
    /// <summary>How often a broker looks at the others: the death of a process is seen within this time.</summary>
    public static TimeSpan Watch { get; } = TimeSpan.FromMilliseconds(100);
}
