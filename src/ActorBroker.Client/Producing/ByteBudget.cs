namespace ActorBroker.Client.Producing;

/// <summary>A bounded amount of memory that callers reserve and release; who finds it full waits in line.</summary>
/// <remarks>Free room is taken by one interlocked step; the lock is for those who wait.</remarks>
internal sealed class ByteBudget
{
    private readonly long _capacity;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _free;
    private int _waiting;

    /// <summary>An empty budget; who waits for longer than <paramref name="patience"/> fails.</summary>
    public ByteBudget(long capacity, TimeSpan patience, TimeProvider clock)
    {
        _free = _capacity = capacity;
        _patience = patience;
        _clock = clock;
    }

    /// <summary>Reserves where there is room and nobody waits before.</summary>
    public bool TryReserve(long bytes)
    {
        var free = Volatile.Read(ref _free);
        while (free >= bytes && Volatile.Read(ref _waiting) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _free, free - bytes, free);
            if (seen == free)
            {
                return true;
            }

            free = seen;
        }

        return false;
    }

    /// <summary>Reserves, in line behind those who came before.</summary>
    /// <exception cref="KafkaException">More than the whole, or no room came in time.</exception>
    public async ValueTask ReserveAsync(long bytes, CancellationToken cancel)
    {
        if (bytes > _capacity)
        {
            throw new KafkaException(
                $"A record of {bytes} bytes does not fit the producer's buffer of {_capacity}: raise BufferBytes.");
        }

        if (TryReserve(bytes))
        {
            return;
        }

        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            place = _waiters.AddLast(new Waiter(bytes));

            // From here on a release sees the waiter; room that came before is given out now.
            Interlocked.Increment(ref _waiting);
            WakeWaiters();
        }

        try
        {
            await place.Value.Granted.Task.WaitAsync(_patience, _clock, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp(place);
            throw;
        }
        catch (TimeoutException exception)
        {
            GiveUp(place);
            throw new ClientTimeoutException(
                $"The producer's buffer of {_capacity} bytes stayed full for {_patience.TotalSeconds} s: the brokers " +
                "take less than is sent, or cannot be reached.",
                exception);
        }
    }

    /// <summary>What is reserved now.</summary>
    public long Used => _capacity - Volatile.Read(ref _free);

    /// <summary>Takes a little more for who has a reservation already, whether or not there is room.</summary>
    public void Overdraw(long bytes) => Interlocked.Add(ref _free, -bytes);

    public void Release(long bytes)
    {
        Interlocked.Add(ref _free, bytes);
        if (Volatile.Read(ref _waiting) > 0)
        {
            lock (_gate)
            {
                WakeWaiters();
            }
        }
    }

    private void GiveUp(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.Value.Granted.Task.IsCompleted)
            {
                Interlocked.Add(ref _free, place.Value.Bytes);
            }
            else
            {
                _waiters.Remove(place);
                Interlocked.Decrement(ref _waiting);
            }

            WakeWaiters();
        }
    }

    private void WakeWaiters()
    {
        while (_waiters.First is { } first && TryTake(first.Value.Bytes))
        {
            _waiters.RemoveFirst();
            Interlocked.Decrement(ref _waiting);
            first.Value.Granted.SetResult();
        }
    }

    private bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _free, -bytes) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _free, bytes);
        return false;
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes => bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
