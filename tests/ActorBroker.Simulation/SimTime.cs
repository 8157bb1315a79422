namespace ActorBroker.Simulation;

/// <summary>The clock that storage sees: the world's.</summary>
internal sealed class SimTime(World world) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => 1_000_000;

    public override DateTimeOffset GetUtcNow() => Epoch.AddMicroseconds(world.NowUs);

    public override long GetTimestamp() => world.NowUs;
}
