using ActorBroker.Broker.Actors;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// The actor that changes the cluster's metadata: one change at a time, in order of arrival, on a thread of its own,
/// as each waits for the disk. Correctness doesn't hang on it (the catalogue's compare-and-set does that); order and
/// calm do.
/// </summary>
internal sealed class Controller : IDisposable
{
    private readonly WorkerThreads _thread = new("controller", 1);

    public Task<T> RunAsync<T>(Func<T> change, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return _thread.RunAsync(change);
    }

    /// <summary>Waits for the changes that were accepted.</summary>
    public void Dispose() => _thread.Dispose();
}
