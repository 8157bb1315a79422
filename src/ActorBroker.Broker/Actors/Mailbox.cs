// Many producers, one consumer. A post is one compare-and-swap on a stack of linked items; a turn takes the whole
// stack in one exchange and turns it round, so that items of one thread keep their order. Turns run one at a time as
// plain work items: no task, no lock, nothing allocated per message. Because a turn takes all that waits, a slow disk
// makes larger gathers instead of longer queues of small writes.
//
// Waking another thread costs more than a small turn does. So a poster may take the turn itself where nobody else has
// it, and a turn on the pool goes on with one of its answers when the next turn may already run elsewhere.
using System.Runtime.InteropServices;

namespace ActorBroker.Broker.Actors;

/// <summary>An actor's queue and its turns.</summary>
/// <remarks>
/// Bounded: at most <c>capacity</c> items wait; <see cref="TryPost"/> says false beyond, and the caller answers a
/// retriable error instead of queueing (a caller's normal back-pressure is that it awaits its answer). The actor's own
/// control items use <see cref="PostControl"/>, which never refuses: each exists at most once, so they are few.
/// </remarks>
internal abstract class Mailbox<T> : IThreadPoolWorkItem
    where T : MailboxItem
{
    private readonly int _capacity;
    private readonly int _turnItems;
    private readonly long _turnWeight;
    private readonly List<T> _turn = [];
    private MailboxItem? _newest;
    private MailboxItem? _backlog;
    private int _waiting;
    private int _scheduled;
    private bool _isPostersTurn;

    /// <param name="capacity">Items that may wait.</param>
    /// <param name="turnItems">Items that one turn takes at most, so that other actors get the thread.</param>
    /// <param name="turnWeight">The weight (bytes, say) after which a turn takes no more.</param>
    protected Mailbox(int capacity, int turnItems, long turnWeight)
    {
        _capacity = capacity;
        _turnItems = turnItems;
        _turnWeight = turnWeight;
    }

    /// <summary>Items posted and not yet taken by a turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>True in a turn that a poster took: it waits for the end, whatever else the turn starts.</summary>
    protected bool IsPostersTurn => _isPostersTurn;

    /// <summary>Queues an item; false when the mailbox is full.</summary>
    public bool TryPost(T item)
    {
        if (!TryAdd(item))
        {
            return false;
        }

        if (TryClaimTurn())
        {
            Schedule();
        }

        return true;
    }

    /// <summary>
    /// Queues an item and, if no turn is running or due and nothing else waits, takes the turn on the calling thread;
    /// false when the mailbox is full. For items that make a short turn: the caller does nothing else meanwhile.
    /// </summary>
    public bool TryPostAndRun(T item)
    {
        if (!TryAdd(item))
        {
            return false;
        }

        if (TryClaimTurn())
        {
            RunAlone(item);
        }

        return true;
    }

    /// <summary>Queues an item of the actor itself, however full the mailbox is.</summary>
    public void PostControl(T item)
    {
        Interlocked.Increment(ref _waiting);
        Push(item);
        if (TryClaimTurn())
        {
            Schedule();
        }
    }

    /// <summary>Runs one turn; for the thread pool only.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        IThreadPoolWorkItem? next = null;
        _isPostersTurn = false;
        TakeTurn();
        try
        {
            if (_turn.Count > 0)
            {
                OnTurn(CollectionsMarshal.AsSpan(_turn));
            }

            next = TakeAfterTurn();
        }
        finally
        {
            _turn.Clear();
            EndTurn();
        }

        next?.Execute();
    }

    /// <summary>One turn. Must not throw: an actor's failures end inside it.</summary>
    protected abstract void OnTurn(ReadOnlySpan<T> items);

    /// <summary>
    /// Called at the end of a turn on the pool: what this thread does next, while further turns may run elsewhere.
    /// </summary>
    protected virtual IThreadPoolWorkItem? TakeAfterTurn() => null;

    /// <summary>What an item counts against the weight of a turn.</summary>
    protected virtual long Weigh(T item) => 0;

    /// <summary>Where turns run; the thread pool unless an actor blocks for long.</summary>
    protected virtual void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>
    /// Queues an item of the actor itself, however full the mailbox is, and takes the turn on the calling thread as
    /// <see cref="TryPostAndRun"/> does.
    /// </summary>
    public void PostControlAndRun(T item)
    {
        Interlocked.Increment(ref _waiting);
        Push(item);
        if (TryClaimTurn())
        {
            RunAlone(item);
        }
    }

    private bool TryAdd(T item)
    {
        if (Interlocked.Increment(ref _waiting) > _capacity)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        Push(item);
        return true;
    }

    private void Push(T item)
    {
        MailboxItem? head;
        do
        {
            head = Volatile.Read(ref _newest);
            item.NextItem = head;
        }
        while (Interlocked.CompareExchange(ref _newest, item, head) != head);
    }

    private bool TryClaimTurn() => Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0;

    // A poster runs its own item only: others' may be long, or wait for a disk.
    private void RunAlone(T item)
    {
        if (_backlog is not null || Interlocked.CompareExchange(ref _newest, null, item) != item)
        {
            Schedule();
        }
        else if (item.NextItem is not null)
        {
            _backlog = Reverse(item);
            Schedule();
        }
        else
        {
            RunPostersTurn(item);
        }
    }

    private void RunPostersTurn(T item)
    {
        _isPostersTurn = true;
        _turn.Add(item);
        Interlocked.Decrement(ref _waiting);
        try
        {
            OnTurn(CollectionsMarshal.AsSpan(_turn));
        }
#pragma warning disable CA1031 // A poster would catch it and go on with a broken actor; the pool would not.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Environment.FailFast("An actor's turn let a failure out.", fault);
        }

        _turn.Clear();
        EndTurn();
    }

    private void TakeTurn()
    {
        // What an earlier turn left over goes first; only then is the newer stack turned round.
        var weight = 0L;
        while (_turn.Count < _turnItems && weight < _turnWeight)
        {
            _backlog ??= Reverse(Interlocked.Exchange(ref _newest, null));
            if (_backlog is not T item)
            {
                break;
            }

            _backlog = item.NextItem;
            item.NextItem = null;
            weight += Weigh(item);
            _turn.Add(item);
        }

        Interlocked.Add(ref _waiting, -_turn.Count);
    }

    private void EndTurn()
    {
        if (_backlog is not null)
        {
            Schedule();
            return;
        }

        // The exchange is a full fence: a post that saw "scheduled" has its item visible to the check that follows.
        Interlocked.Exchange(ref _scheduled, 0);
        if (Volatile.Read(ref _newest) is not null && TryClaimTurn())
        {
            Schedule();
        }
    }

    private static MailboxItem? Reverse(MailboxItem? newest)
    {
        MailboxItem? oldest = null;
        while (newest is not null)
        {
            var next = newest.NextItem;
            newest.NextItem = oldest;
            oldest = newest;
            newest = next;
        }

        return oldest;
    }
}
