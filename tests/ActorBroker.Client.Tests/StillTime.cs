namespace ActorBroker.Client.Tests;

/// <summary>
/// Time stands still, so that no answer is late, however long a thread waits for its turn. It passes when a test says
/// so.
/// </summary>
internal sealed class StillTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<StillTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50).AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StillTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets so much time pass, and rings the timers that were set for it; no others.</summary>
    public void Ring(TimeSpan due)
    {
        StillTimer[] ringing;
        lock (_gate)
        {
            _ticks += due.Ticks;
            ringing = [.. _timers.Where(timer => timer.Due == due)];
            _timers.RemoveAll(timer => timer.Due == due);
        }

        Array.ForEach(ringing, static timer => timer.Ring());
    }

    private sealed class StillTimer(StillTime time, Action ring) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                Due = dueTime;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    time._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
