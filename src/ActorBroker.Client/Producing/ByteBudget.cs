namespace ActorBroker.Client.Producing;

/// <summary>A bounded amount of memory that callers reserve and release; who finds it full waits in line.</summary>
internal sealed class ByteBudget
{
    private readonly long _capacity;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _free;

    public ByteBudget(long capacity) => _free = _capacity = capacity;

    /// <summary>Reserves, at once where there is room and nobody waits before.</summary>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancel)
    {
        if (bytes > _capacity)
        {
            return ValueTask.FromException(new KafkaException(
                $"A record of {bytes} bytes does not fit the producer's buffer of {_capacity}: raise BufferBytes."));
        }

        lock (_gate)
        {
            if (_waiters.Count == 0 && _free >= bytes)
            {
                _free -= bytes;
                return ValueTask.CompletedTask;
            }

            return new ValueTask(WaitAsync(_waiters.AddLast(new Waiter(bytes)), cancel));
        }
    }

    public void Release(long bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            WakeWaiters();
        }
    }

    private async Task WaitAsync(LinkedListNode<Waiter> place, CancellationToken cancel)
    {
        try
        {
            await place.Value.Granted.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp(place);
            throw;
        }
    }

    private void GiveUp(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.Value.Granted.Task.IsCompleted)
            {
                _free += place.Value.Bytes;
            }
            else
            {
                _waiters.Remove(place);
            }

            WakeWaiters();
        }
    }

    private void WakeWaiters()
    {
        while (_waiters.First is { } first && first.Value.Bytes <= _free)
        {
            _free -= first.Value.Bytes;
            _waiters.RemoveFirst();
            first.Value.Granted.SetResult();
        }
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes => bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
