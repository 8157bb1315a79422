namespace ActorBroker.Broker.Partitions;

/// <summary>
/// The fetches that wait on a partition. Adding and removing take a short lock; signalling nobody takes none.
/// </summary>
internal sealed class WatcherSet
{
    private readonly Lock _gate = new();
    private readonly HashSet<FetchWatcher> _watchers = [];
    private FetchWatcher[] _signalled = [];
    private int _count;

    public void Add(FetchWatcher watcher)
    {
        lock (_gate)
        {
            _watchers.Add(watcher);
            Volatile.Write(ref _count, _watchers.Count);
        }

        // A signaller that reads the count after it published must see this watcher, or the watcher's next fetch sees
        // what was published: both sides need the fence.
        Interlocked.MemoryBarrier();
    }

    public void Remove(FetchWatcher watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
            Volatile.Write(ref _count, _watchers.Count);
        }
    }

    /// <summary>On the partition's turn only.</summary>
    public void Signal()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        int count;
        lock (_gate)
        {
            count = _watchers.Count;
            if (_signalled.Length < count)
            {
                _signalled = new FetchWatcher[count * 2];
            }

            _watchers.CopyTo(_signalled);
        }

        for (var index = 0; index < count; index++)
        {
            _signalled[index].Signal();
        }

        Array.Clear(_signalled, 0, count);
    }
}
