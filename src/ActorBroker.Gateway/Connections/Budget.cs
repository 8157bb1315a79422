namespace ActorBroker.Gateway.Connections;

/// <summary>
/// Bounds what the connections of the whole broker hold at one time: bytes of request frames, or requests in work. When
/// it is used up, connections wait their turn, first come first served, and so stop reading: the back-pressure reaches
/// the clients through TCP.
/// </summary>
internal sealed class Budget(long limit)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _used;

    /// <summary>Units held now.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>Connections that wait for room.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>
    /// Takes units, waiting for room if need be. A demand above the whole budget is let in when nothing else is held:
    /// such a frame is legal as long as it is within <c>socket.request.max.bytes</c>, and must not wait for ever.
    /// </summary>
    public ValueTask AcquireAsync(int units, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(units))
            {
                _used += units;
                return ValueTask.CompletedTask;
            }

            return new ValueTask(WaitAsync(_waiters.AddLast(new Waiter(units)), cancel));
        }
    }

    /// <summary>Gives units back.</summary>
    public void Release(int units)
    {
        lock (_gate)
        {
            _used -= units;
            Admit();
        }
    }

    private async Task WaitAsync(LinkedListNode<Waiter> place, CancellationToken cancel)
    {
        var registration = cancel.UnsafeRegister(
            static state =>
            {
                var (budget, place) = ((Budget, LinkedListNode<Waiter>))state!;
                budget.GiveUp(place);
            },
            (this, place));
        await using (registration.ConfigureAwait(false))
        {
            await place.Value.Admitted.Task.ConfigureAwait(false);
        }
    }

    private void GiveUp(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.List is null)
            {
                return; // Admitted just before: the caller owns the units and gives them back.
            }

            _waiters.Remove(place);
            place.Value.Admitted.TrySetCanceled();
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiters.First is { } first && Fits(first.Value.Units))
        {
            _waiters.RemoveFirst();
            _used += first.Value.Units;
            first.Value.Admitted.TrySetResult();
        }
    }

    private bool Fits(int units) => _used == 0 || _used + units <= limit;

    private sealed class Waiter(int units)
    {
        public int Units => units;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
