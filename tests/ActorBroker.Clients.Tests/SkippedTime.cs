namespace ActorBroker.Clients.Tests;

/// <summary>The system's time, and what a test has skipped of it; timers don't notice.</summary>
internal sealed class SkippedTime : TimeProvider
{
    private long _skippedTicks;

    private TimeSpan Skipped => TimeSpan.FromTicks(Volatile.Read(ref _skippedTicks));

    public override long GetTimestamp() =>
        base.GetTimestamp() + (long)(Skipped.TotalSeconds * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Skipped;

    public void Skip(TimeSpan time) => Interlocked.Add(ref _skippedTicks, time.Ticks);
}
