namespace ActorBroker.Core.Groups;

/// <summary>
/// Deadlines that are pushed out far more often than they are met: pushing one out is a store, and only when the queued
/// moment comes is it queued again.
/// </summary>
internal sealed class Deadlines
{
    private const int StaleMin = 64;

    private readonly PriorityQueue<Timed, long> _queue = new();
    private int _stale;

    /// <summary>The earliest moment at which one may be due; it may be too early.</summary>
    public long NextMs => _queue.TryPeek(out _, out var queuedMs) ? queuedMs : CoordinatedGroup.Never;

    /// <summary>Sets a deadline; <see cref="CoordinatedGroup.Never"/> lifts it.</summary>
    public void Set(Timed item, long deadlineMs)
    {
        item.DeadlineMs = deadlineMs;
        if (deadlineMs < item.QueuedMs)
        {
            // The entry that stood there, if any, is overtaken and dropped when it comes up.
            _stale += item.QueuedMs == CoordinatedGroup.Never ? 0 : 1;
            item.QueuedMs = deadlineMs;
            _queue.Enqueue(item, deadlineMs);
            Compact();
        }
    }

    /// <summary>Lets go of one that is gone for good.</summary>
    public void Forget(Timed item)
    {
        item.DeadlineMs = CoordinatedGroup.Never;
        if (item.QueuedMs != CoordinatedGroup.Never)
        {
            item.QueuedMs = CoordinatedGroup.Never;
            _stale++;
            Compact();
        }
    }

    /// <summary>Takes one whose deadline has come; null when there is none.</summary>
    public Timed? TakeDue(long nowMs)
    {
        while (_queue.TryPeek(out var item, out var queuedMs) && queuedMs <= nowMs)
        {
            _queue.Dequeue();
            if (item.QueuedMs != queuedMs)
            {
                _stale--;
                continue;
            }

            item.QueuedMs = CoordinatedGroup.Never;
            if (item.DeadlineMs <= nowMs)
            {
                return item;
            }

            Set(item, item.DeadlineMs);
        }

        return null;
    }

    /// <summary>Members that come and go at a high rate would leave their entries behind until those are due.</summary>
    private void Compact()
    {
        if (_stale < StaleMin || _stale * 2 < _queue.Count)
        {
            return;
        }

        var live = _queue.UnorderedItems.Where(static entry => entry.Element.QueuedMs == entry.Priority).ToList();
        _queue.Clear();
        _queue.EnqueueRange(live);
        _stale = 0;
    }
}
