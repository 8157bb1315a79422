namespace ActorBroker.Gateway.Connections;

/// <summary>
/// Bounds the request frames that the whole broker holds at one time, by bytes and by number. When it is used up,
/// connections wait their turn, first come first served, and so stop reading: the back-pressure reaches the clients
/// through TCP.
/// </summary>
internal sealed class FrameBudget(long limitBytes, int limitFrames)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _usedBytes;
    private int _usedFrames;

    /// <summary>Bytes held now.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _usedBytes;
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
    /// Takes a frame's bytes, waiting for room if need be. A frame above the whole budget is let in when nothing else is held:
    /// it is legal as long as it is within <c>socket.request.max.bytes</c>, and must not wait for ever.
    /// </summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                Take(bytes);
                return ValueTask.CompletedTask;
            }

            var waiter = new Waiter(bytes);
            var place = _waiters.AddLast(waiter);
            return new ValueTask(WaitAsync(place, cancel));
        }
    }

    /// <summary>Gives one frame's bytes back.</summary>
    public void Release(int bytes)
    {
        lock (_gate)
        {
            _usedBytes -= bytes;
            _usedFrames--;
            Admit();
        }
    }

    private async Task WaitAsync(LinkedListNode<Waiter> place, CancellationToken cancel)
    {
        var registration = cancel.UnsafeRegister(
            static state =>
            {
                var (budget, place) = ((FrameBudget, LinkedListNode<Waiter>))state!;
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
                return; // Admitted just before: the caller owns the bytes and gives them back.
            }

            _waiters.Remove(place);
            place.Value.Admitted.TrySetCanceled();
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiters.First is { } first && Fits(first.Value.Bytes))
        {
            _waiters.RemoveFirst();
            Take(first.Value.Bytes);
            first.Value.Admitted.TrySetResult();
        }
    }

    private void Take(int bytes)
    {
        _usedBytes += bytes;
        _usedFrames++;
    }

    private bool Fits(int bytes) =>
        _usedFrames == 0 || (_usedFrames < limitFrames && _usedBytes + bytes <= limitBytes);

    private sealed class Waiter(int bytes)
    {
        public int Bytes => bytes;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
