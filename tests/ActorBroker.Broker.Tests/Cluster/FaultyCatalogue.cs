using ActorBroker.Broker.Catalogue;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>
/// A broker's catalogue of which some documents can't be read or written for a while, or are read as they were before
/// until it is refreshed.
/// </summary>
internal sealed class FaultyCatalogue : ICatalogue, IDisposable
{
    private readonly ICatalogue _inner;
    private readonly Func<CatalogueKey, bool> _failsToRead;
    private readonly Func<CatalogueKey, bool> _failsToWrite;
    private volatile CatalogueDocument? _old;

    public FaultyCatalogue(
        ICatalogue inner, Func<CatalogueKey, bool> failsToRead, Func<CatalogueKey, bool> failsToWrite)
    {
        (_inner, _failsToRead, _failsToWrite) = (inner, failsToRead, failsToWrite);
        inner.Changed += OnChanged;
    }

    public event Action<CatalogueChange>? Changed;

    /// <summary>From now on one document is read like this, and other news of it are not heard.</summary>
    public void ReadOld(CatalogueDocument old)
    {
        _old = old;
        Changed?.Invoke(new CatalogueChange(old.Key, old));
    }

    public IReadOnlyList<CatalogueDocument> List(string kind) => _inner.List(kind);

    public CatalogueDocument? Read(CatalogueKey key) => _failsToRead(key)
        ? throw new IOException($"{key} can't be read.")
        : _old is { } old && old.Key == key ? old : _inner.Read(key);

    public void Refresh(CatalogueKey key)
    {
        if (_old?.Key == key)
        {
            _old = null;
            Changed?.Invoke(new CatalogueChange(key, _inner.Read(key)));
        }
    }

    public IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes) =>
        writes.Any(write => _failsToWrite(write.Key))
            ? throw new IOException("The catalogue can't be written.")
            : _inner.TryWrite(writes);

    public void Dispose()
    {
        _inner.Changed -= OnChanged;
        (_inner as IDisposable)?.Dispose();
    }

    private void OnChanged(CatalogueChange change)
    {
        if (_old?.Key != change.Key)
        {
            Changed?.Invoke(change);
        }
    }
}
