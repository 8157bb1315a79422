namespace ActorBroker.Gateway.Connections;

/// <summary>How many connections may be open, and for how long in silence.</summary>
/// <param name="Total"><c>max.connections</c>.</param>
/// <param name="PerAddress"><c>max.connections.per.ip</c>.</param>
/// <param name="Idle"><c>connections.max.idle.ms</c>; null: for ever.</param>
internal sealed record ConnectionLimits(int Total, int PerAddress, TimeSpan? Idle)
{
    /// <summary>
    /// A peer that goes silent inside a frame holds a buffer and a part of the broker's budget, so it is given much
    /// less time than an idle one.
    /// </summary>
    public static readonly TimeSpan FrameStall = TimeSpan.FromSeconds(30);

    /// <summary>The same while others wait for that budget.</summary>
    public static readonly TimeSpan FrameStallUnderPressure = TimeSpan.FromSeconds(5);

    /// <summary>How often silence is looked for.</summary>
    public static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);
}
