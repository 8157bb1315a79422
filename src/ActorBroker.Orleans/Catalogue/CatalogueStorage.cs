// Each document is a grain state of its own, so that any storage provider can hold a large catalogue, and an index
// names them, as no provider lists what it holds. The index also counts the activations that wrote: whoever finds a
// later count than its own is left over.
using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using Orleans.Storage;

namespace ActorBroker.Orleans.Catalogue;

/// <summary>The catalogue's documents in a grain storage, with their ETags.</summary>
/// <remarks>
/// Not thread-safe. After an exception the storage may hold what was written or not: it is to be taken over again.
/// </remarks>
internal sealed class CatalogueStorage(IGrainStorage storage, long cluster)
{
    private const int AtOnce = 16;
    private const int MarkTriesMax = 3;

    // Some providers key a state by these names and the grain's key alone.
    private const string DocumentState = "actorbroker-document";
    private const string IndexState = "actorbroker-catalogue";

    private readonly Dictionary<CatalogueKey, GrainState<StoredDocument>> _states = [];
    private readonly GrainId _indexId = GrainId.Create("actorbroker.catalogue", $"{cluster}");
    private readonly Guid _writer = Guid.NewGuid();
    private GrainState<StoredIndex> _index = new(new StoredIndex());

    /// <summary>The count of this activation.</summary>
    public long Life => _index.State.Life;

    /// <summary>The highest version that any removed document had.</summary>
    public long HighestRemoved => _index.State.HighestRemoved;

    /// <summary>
    /// Reads everything, and leaves a mark on each document on the way: whoever read it before can't write it any more.
    /// </summary>
    public async Task<ImmutableDictionary<CatalogueKey, CatalogueDocument>> TakeOverAsync()
    {
        _states.Clear();
        _index = new GrainState<StoredIndex>(new StoredIndex());
        await storage.ReadStateAsync(IndexState, _indexId, _index);
        _index.State ??= new StoredIndex();
        var isFirst = !_index.RecordExists;
        await WriteIndexAsync(_index.State with { Life = _index.State.Life + 1, Writer = _writer });
        if (isFirst)
        {
            // Not every provider lets only one of two make what is not there yet.
            await storage.ReadStateAsync(IndexState, _indexId, _index);
            if (_index.State.Writer != _writer)
            {
                throw new InconsistentStateException("Two made the catalogue at the same time.");
            }
        }

        var documents = ImmutableDictionary.CreateBuilder<CatalogueKey, CatalogueDocument>();
        foreach (var some in _index.State.Keys.Chunk(AtOnce))
        {
            foreach (var document in await Task.WhenAll(some.Select(TakeOverAsync)))
            {
                if (document is not null)
                {
                    documents.Add(document.Key, document);
                }
            }
        }

        await ForgetAsync(_index.State.Keys.Where(name => !documents.ContainsKey(Key(name))).ToArray());
        return documents.ToImmutable();
    }

    /// <summary>Whether another activation has taken over since this one did.</summary>
    public async Task<bool> IsLeftOverAsync()
    {
        var index = new GrainState<StoredIndex>(new StoredIndex());
        await storage.ReadStateAsync(IndexState, _indexId, index);
        return index.State?.Writer != _writer;
    }

    /// <summary>Notes what will be new or gone, before it is: what the index does not name is never found.</summary>
    public async Task AnnounceAsync(IReadOnlyCollection<CatalogueChange> changes, long highestRemoved)
    {
        var keys = _index.State.Keys.Union(
            changes.Where(static change => change.Document is not null).Select(static change => Name(change.Key)));
        if (keys.Count != _index.State.Keys.Count || highestRemoved != _index.State.HighestRemoved)
        {
            await WriteIndexAsync(_index.State with { Keys = keys, HighestRemoved = highestRemoved });
        }
    }

    /// <summary>Writes a document, or that it is gone.</summary>
    /// <exception cref="InconsistentStateException">Somebody else has written it.</exception>
    public async Task WriteAsync(CatalogueChange change)
    {
        var state = await StateAsync(change.Key);
        var next = new GrainState<StoredDocument>(
            new StoredDocument(change.Document?.Version ?? 0, change.Document?.Body.ToArray()), state.ETag)
        {
            RecordExists = state.RecordExists,
        };
        await storage.WriteStateAsync(DocumentState, IdOf(change.Key), next);
        _states[change.Key] = next;
    }

    /// <summary>Reads a document as it is stored; null: there is none.</summary>
    public async Task<CatalogueDocument?> ReadAsync(CatalogueKey key)
    {
        _states.Remove(key);
        return Document(key, (await StateAsync(key)).State);
    }

    /// <summary>What was removed needs no place any more; its version is not given again.</summary>
    private async Task ForgetAsync(string[] removed)
    {
        foreach (var some in removed.Select(Key).Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(async key =>
            {
                await storage.ClearStateAsync(DocumentState, IdOf(key), _states[key]);
                _states.Remove(key);
            }));
        }

        if (removed.Length > 0)
        {
            await WriteIndexAsync(_index.State with { Keys = _index.State.Keys.Except(removed) });
        }
    }

    private async Task<CatalogueDocument?> TakeOverAsync(string name)
    {
        var key = Key(name);
        for (var tries = 1; ; tries++)
        {
            var document = await ReadAsync(key);
            try
            {
                await storage.WriteStateAsync(DocumentState, IdOf(key), _states[key]);
                return document;
            }
            catch (InconsistentStateException)
            {
                // The one before was faster, this once.
            }
            catch (Exception) when (tries < MarkTriesMax)
            {
                // Of many documents one or the other may fail on any day; it is no reason to begin again with all.
            }
        }
    }

    private async Task WriteIndexAsync(StoredIndex index)
    {
        var next = new GrainState<StoredIndex>(index, _index.ETag) { RecordExists = _index.RecordExists };
        await storage.WriteStateAsync(IndexState, _indexId, next);
        _index = next;
    }

    private async Task<GrainState<StoredDocument>> StateAsync(CatalogueKey key)
    {
        if (!_states.TryGetValue(key, out var state))
        {
            state = new GrainState<StoredDocument>(new StoredDocument(0, null));
            await storage.ReadStateAsync(DocumentState, IdOf(key), state);
            state.State ??= new StoredDocument(0, null);
            _states[key] = state;
        }

        return state;
    }

    private static CatalogueDocument? Document(CatalogueKey key, StoredDocument stored) =>
        stored.Body is { } body ? new CatalogueDocument(key, stored.Version, body) : null;

    private GrainId IdOf(CatalogueKey key) => GrainId.Create("actorbroker.document", $"{cluster}/{Name(key)}");

    private static CatalogueKey Key(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return new CatalogueKey(name[..slash], name[(slash + 1)..]);
    }

    private static string Name(CatalogueKey key) => $"{key.Kind}/{key.Name}";
}

/// <summary>A document as it is stored; without a body it was removed.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.StoredDocument")]
internal sealed record StoredDocument([property: Id(0)] long Version, [property: Id(1)] byte[]? Body)
{
    /// <summary>For storages that make a state before they read it.</summary>
    public StoredDocument()
        : this(0, null)
    {
    }
}

/// <summary>Names all documents that there are or ever were.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.StoredIndex")]
internal sealed record StoredIndex
{
    /// <summary>How many activations have written.</summary>
    [Id(0)]
    public long Life { get; init; }

    /// <summary>The activation that wrote it.</summary>
    [Id(3)]
    public Guid Writer { get; init; }

    /// <summary>The highest version that any removed document had.</summary>
    [Id(1)]
    public long HighestRemoved { get; init; }

    /// <summary>Kind and name of each, with a slash between.</summary>
    [Id(2)]
    public ImmutableHashSet<string> Keys { get; init; } = [];
}
