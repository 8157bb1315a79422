namespace ActorBroker.Broker.Actors;

/// <summary>Milliseconds that never go back, for deadlines: the wall clock may be set.</summary>
/// <remarks>Counted from the clock's own beginning, so that no precision is lost to a large start value.</remarks>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    public long NowMs => (long)time.GetElapsedTime(_origin).TotalMilliseconds;
}
