// One timer for all that a partition waits for: acks=all time-outs, flush.ms and the next try to open. It is made
// when the first wait begins and armed only while there is one, so that an idle partition costs nothing.
namespace ActorBroker.Broker.Partitions;

/// <summary>A partition's alarm clock; used on its turns only, except for the callback.</summary>
internal sealed class PartitionTimer(PartitionActor actor, PartitionContext context) : PartitionItem, IDisposable
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
        _timer ??= context.Environment.Time.CreateTimer(
            static state => ((PartitionTimer)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // A timer takes at most some 49 days; a later wait is simply armed again when it rings.
        var waitMs = Math.Clamp(dueMs - context.Clock.NowMs, 0, 1L << 30);
        _timer.Change(TimeSpan.FromMilliseconds(waitMs), Timeout.InfiniteTimeSpan);
    }

    public override void Run(PartitionActor actor)
    {
        Volatile.Write(ref _posted, 0);
        _dueMs = long.MaxValue;
        actor.OnTimer();
    }

    public void Dispose() => _timer?.Dispose();

    private void Ring()
    {
        // The item is in the mailbox at most once.
        if (Interlocked.CompareExchange(ref _posted, 1, 0) == 0)
        {
            actor.PostControl(this);
        }
    }
}
