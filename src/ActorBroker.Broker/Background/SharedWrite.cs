using ActorBroker.Broker.Actors;

namespace ActorBroker.Broker.Background;

/// <summary>
/// A write that many ask for and that serves all of them: whoever asks while one is under way waits for the next, which
/// covers everybody who has asked by then. A thousand partitions that ask at once get two writes, not a thousand.
/// </summary>
/// <param name="threads">Where it is written.</param>
/// <param name="write">Writes what there is when it begins.</param>
/// <remarks>The queue has no bound of its own: each partition asks again only when it has been told.</remarks>
internal sealed class SharedWrite(WorkerThreads threads, Action write) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<Action<Exception?>> _asking = [];
    private bool _isRunning;

    /// <summary>
    /// Calls back, on the worker thread, when a write that began after this call has ended; with what went wrong, if
    /// anything. Never, once the threads are stopped.
    /// </summary>
    public void Ask(Action<Exception?> done)
    {
        lock (_gate)
        {
            _asking.Add(done);
            _isRunning = _isRunning || threads.TryPost(this);
        }
    }

    public void Execute()
    {
        while (true)
        {
            List<Action<Exception?>> served;
            lock (_gate)
            {
                if (_asking.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                (served, _asking) = (_asking, []);
            }

            Exception? failure = null;
            try
            {
                write();
            }
#pragma warning disable CA1031 // Whoever asked decides what it means.
            catch (Exception thrown)
#pragma warning restore CA1031
            {
                failure = thrown;
            }

            served.ForEach(done => done(failure));
        }
    }
}
