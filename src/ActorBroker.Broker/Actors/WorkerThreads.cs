// Work that blocks for long (fsync, recovery, retention, compaction) has its own few threads. On the thread pool it
// would starve the turns and the sockets of a small machine: the pool adds threads only slowly.
namespace ActorBroker.Broker.Actors;

/// <summary>A fixed number of threads for blocking work; they start as work needs them.</summary>
/// <remarks>
/// The queue has no bound of its own: each poster keeps at most one item in it (a partition's fsync, a background
/// job, a partition's opening).
/// </remarks>
internal sealed class WorkerThreads : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _queue = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly List<Thread> _threads = [];
    private readonly string _name;
    private readonly int _limit;
    private int _idle;
    private bool _stopped;

    public WorkerThreads(string name, int limit)
    {
        _name = name;
        _limit = Math.Max(1, limit);
    }

    /// <summary>Queues an item, which must not throw; false once stopped.</summary>
    public bool TryPost(IThreadPoolWorkItem item)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return false;
            }

            _queue.Enqueue(item);
            if (_queue.Count > _idle && _threads.Count < _limit)
            {
                var thread = new Thread(Run) { IsBackground = true, Name = $"{_name}-{_threads.Count}" };
                _threads.Add(thread);
                thread.Start();
            }

            _available.Release();
            return true;
        }
    }

    /// <summary>Runs a function on one of the threads.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var item = new FunctionItem<T>(work);
        if (!TryPost(item))
        {
            item.Cancel();
        }

        return item.Task;
    }

    /// <summary>Takes no more work, does what is queued, and ends the threads.</summary>
    public void Dispose()
    {
        Thread[] threads;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            threads = [.. _threads];
        }

        _available.Release(threads.Length + 1);
        foreach (var thread in threads)
        {
            if (thread != Thread.CurrentThread)
            {
                thread.Join();
            }
        }

        _available.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            lock (_gate)
            {
                _idle++;
            }

            _available.Wait();
            IThreadPoolWorkItem? item;
            lock (_gate)
            {
                _idle--;
                if (!_queue.TryDequeue(out item) && _stopped)
                {
                    return;
                }
            }

            item?.Execute();
        }
    }

    private sealed class FunctionItem<T>(Func<T> work) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _done.Task;

        public void Cancel() => _done.TrySetCanceled();

        public void Execute()
        {
            try
            {
                _done.TrySetResult(work());
            }
#pragma warning disable CA1031 // Whatever the work threw belongs to whoever awaits it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _done.TrySetException(failure);
            }
        }
    }
}
