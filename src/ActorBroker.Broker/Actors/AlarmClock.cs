namespace ActorBroker.Broker.Actors;

/// <summary>
/// One timer for all that an actor waits for. It is made when the first wait begins and armed only while there is one,
/// so that an idle actor costs nothing. Used on the actor's turns only, except for the timer's callback, which posts.
/// </summary>
/// <param name="actor">Who is woken.</param>
/// <param name="rung">
/// What is posted then; on its turn the actor calls <see cref="Rung"/>. It is in the mailbox at most once.
/// </param>
/// <param name="time">Where timers come from.</param>
/// <param name="clock">What the times to be woken at are measured by.</param>
internal sealed class AlarmClock<T>(Mailbox<T> actor, T rung, TimeProvider time, MonotonicClock clock) : IDisposable
    where T : MailboxItem
{
    private ITimer? _timer;
    private long _dueMs = long.MaxValue;
    private int _posted;

    /// <summary>
    /// Asks for a wake-up at or before this time (monotonic milliseconds); <c>long.MaxValue</c>: for none.
    /// </summary>
    public void Arm(long dueMs)
    {
        if (dueMs >= _dueMs)
        {
            return;
        }

        _dueMs = dueMs;
        _timer ??= time.CreateTimer(
            static state => ((AlarmClock<T>)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // A timer takes at most some 49 days; a later wait is simply armed again when it rings. It must not ring
        // before the time that it was armed for, which counts whole milliseconds.
        var waitMs = Math.Clamp(dueMs - clock.NowMs, 0, 1L << 30);
        _timer.Change(TimeSpan.FromMilliseconds(waitMs), Timeout.InfiniteTimeSpan);
    }

    /// <summary>The actor is awake: from now on it may be woken again.</summary>
    public void Rung()
    {
        Volatile.Write(ref _posted, 0);
        _dueMs = long.MaxValue;
    }

    public void Dispose() => _timer?.Dispose();

    private void Ring()
    {
        if (Interlocked.CompareExchange(ref _posted, 1, 0) == 0)
        {
            actor.PostControl(rung);
        }
    }
}
