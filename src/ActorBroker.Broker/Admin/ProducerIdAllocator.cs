using ActorBroker.Broker.Catalogue;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// Hands out producer ids, each once for ever. It takes blocks of 1000 from the catalogue, durably, before it uses
/// them: a restart skips what is left of a block.
/// </summary>
public sealed class ProducerIdAllocator
{
    internal const int BlockSize = 1000;

    private readonly ClusterCatalogue _catalogue;
    private readonly CatalogueWriter _writer;
    private readonly Lock _gate = new();
    private long _next;
    private long _end;

    internal ProducerIdAllocator(ClusterCatalogue catalogue, CatalogueWriter writer)
    {
        _catalogue = catalogue;
        _writer = writer;
    }

    /// <summary>The next id.</summary>
    /// <exception cref="IOException">A new block could not be stored.</exception>
    public ValueTask<long> NextAsync(CancellationToken cancel) =>
        TryTake(out var id)
            ? ValueTask.FromResult(id)
            : new ValueTask<long>(_writer.RunAsync(TakeFromNewBlock, cancel));

    private bool TryTake(out long id)
    {
        lock (_gate)
        {
            id = _next;
            if (_next == _end)
            {
                return false;
            }

            _next++;
            return true;
        }
    }

    private long TakeFromNewBlock()
    {
        // Several may have found the block empty; only the first of them takes a new one.
        if (TryTake(out var id))
        {
            return id;
        }

        var first = _catalogue.TakeProducerIds(BlockSize);
        lock (_gate)
        {
            _next = first + 1;
            _end = first + BlockSize;
        }

        return first;
    }
}
