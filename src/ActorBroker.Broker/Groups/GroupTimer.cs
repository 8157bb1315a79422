// A shard's alarm clock: sessions, rebalances, and the rest after a failure. Made when the first wait begins and armed
// only while there is one, so that an idle shard costs nothing.
namespace ActorBroker.Broker.Groups;

/// <summary>Used on the shard's turns only, except for the callback.</summary>
internal sealed class GroupTimer(GroupShard shard, GroupShardContext context) : GroupItem, IDisposable
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
        _timer ??= context.Time.CreateTimer(
            static state => ((GroupTimer)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // A timer takes at most some 49 days; a later wait is simply armed again when it rings. It must not ring
        // before the time that it was armed for, which counts whole milliseconds.
        var waitMs = Math.Clamp(dueMs - context.Clock.NowMs, 0, 1L << 30);
        _timer.Change(TimeSpan.FromMilliseconds(waitMs), Timeout.InfiniteTimeSpan);
    }

    public override void Run(GroupShard shard)
    {
        Volatile.Write(ref _posted, 0);
        _dueMs = long.MaxValue;
        shard.OnTimer();
    }

    public void Dispose() => _timer?.Dispose();

    private void Ring()
    {
        // The item is in the mailbox at most once.
        if (Interlocked.CompareExchange(ref _posted, 1, 0) == 0)
        {
            shard.PostControl(this);
        }
    }
}
