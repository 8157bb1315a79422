using ActorBroker.Broker.Catalogue;

namespace ActorBroker.Broker.Cluster.InProcess;

/// <summary>
/// One broker's side of the catalogue that all share: what it says and hears waits while it is paused.
/// </summary>
internal sealed class InProcessCatalogue : ICatalogue, IDisposable
{
    private readonly ICatalogue _shared;
    private readonly InProcessMember _member;
    private readonly Lock _gate = new();
    private readonly Queue<CatalogueChange> _held = new();

    public InProcessCatalogue(ICatalogue shared, InProcessMember member)
    {
        _shared = shared;
        _member = member;
        shared.Changed += OnChanged;
        member.Resumed += OnResumed;
    }

    /// <inheritdoc/>
    public event Action<CatalogueChange>? Changed;

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueDocument> List(string kind) => _shared.List(kind);

    /// <inheritdoc/>
    public CatalogueDocument? Read(CatalogueKey key) => _shared.Read(key);

    /// <inheritdoc/>
    public IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes)
    {
        _member.Pass();
        return _shared.TryWrite(writes);
    }

    /// <summary>Hears nothing any more; the catalogue goes on without this broker.</summary>
    public void Dispose()
    {
        _shared.Changed -= OnChanged;
        _member.Resumed -= OnResumed;
    }

    private void OnChanged(CatalogueChange change)
    {
        if (_member.Power.IsCut)
        {
            return;
        }

        lock (_gate)
        {
            if (_member.IsPaused || _held.Count > 0)
            {
                _held.Enqueue(change);
                return;
            }
        }

        Changed?.Invoke(change);
    }

    private void OnResumed()
    {
        lock (_gate)
        {
            while (_held.TryDequeue(out var change))
            {
                Changed?.Invoke(change);
            }
        }
    }
}
