using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;

namespace ActorBroker.Broker.Admin;

/// <summary>One try of a change; false: somebody else was faster, <paramref name="result"/> says so.</summary>
internal delegate bool CatalogueAttempt<T>(out T result);

/// <summary>
/// The actor that changes the cluster's metadata for whoever asks this broker: one change at a time, in order of
/// arrival, on a thread of its own, as each waits for the disk. Correctness doesn't hang on it (the catalogue's
/// compare-and-set does that, between brokers too); order and calm do.
/// </summary>
internal sealed class CatalogueWriter(CatalogueFollower follower) : IDisposable
{
    /// <summary>Losing so often in a row means that a document changes faster than it can be read.</summary>
    private const int TriesMax = 20;

    private readonly WorkerThreads _thread = new("catalogue", 1);

    public Task<T> RunAsync<T>(Func<T> change, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return _thread.RunAsync(change);
    }

    /// <summary>Tries again with fresh documents, as long as somebody else is faster.</summary>
    public static T Retry<T>(CatalogueAttempt<T> attempt)
    {
        T result;
        for (var tries = 1; !attempt(out result) && tries < TriesMax; tries++)
        {
        }

        return result;
    }

    /// <summary>The catalogue could not be written, so nobody knows whether it was.</summary>
    public static bool IsStorageFault(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>Waits until this broker does what the documents say that the running change has written.</summary>
    public void Settle(params ReadOnlySpan<CatalogueKey> keys) => follower.SyncAsync(keys).GetAwaiter().GetResult();

    /// <summary>Waits for the changes that were accepted.</summary>
    public void Dispose() => _thread.Dispose();
}
