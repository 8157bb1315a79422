using ActorBroker.Broker.Catalogue;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>A broker's catalogue of which some documents can't be read or written for a while.</summary>
internal sealed class FaultyCatalogue(
    ICatalogue inner, Func<CatalogueKey, bool> failsToRead, Func<CatalogueKey, bool> failsToWrite)
    : ICatalogue, IDisposable
{
    public event Action<CatalogueChange>? Changed
    {
        add => inner.Changed += value;
        remove => inner.Changed -= value;
    }

    public IReadOnlyList<CatalogueDocument> List(string kind) => inner.List(kind);

    public CatalogueDocument? Read(CatalogueKey key) => failsToRead(key)
        ? throw new IOException($"{key} can't be read.")
        : inner.Read(key);

    public IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes) =>
        writes.Any(write => failsToWrite(write.Key))
            ? throw new IOException("The catalogue can't be written.")
            : inner.TryWrite(writes);

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
