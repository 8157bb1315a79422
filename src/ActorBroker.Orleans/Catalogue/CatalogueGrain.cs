// One activation writes; others that are left over, or begin at the same time, are told apart by the storage's ETags.
// Calls interleave while the storage works, so that readers can wait for news; writes go one after the other.
using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Storage;

namespace ActorBroker.Orleans.Catalogue;

/// <summary>Writes the cluster's catalogue.</summary>
[Reentrant]
[GrainType("actorbroker.catalogue")]
internal sealed class CatalogueGrain : Grain, ICatalogueGrain, IDisposable
{
    private const int RememberedMax = 1000;

    /// <summary>Well within the time in which a call has to be answered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CatalogueStorage _storage;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<CatalogueDocumentNow> _news = new();
    private ImmutableDictionary<CatalogueKey, CatalogueDocument> _documents =
        ImmutableDictionary<CatalogueKey, CatalogueDocument>.Empty;

    private TaskCompletionSource _waiters = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What was read and what has changed since: all of one taking over, which is still under way when these are not.
    private long _life;
    private long _sequence;
    private bool _isLoaded;

    /// <param name="services">Where the storage is.</param>
    /// <param name="options">Its name.</param>
    public CatalogueGrain(IServiceProvider services, IOptions<ActorBrokerOptions> options) => _storage =
        new CatalogueStorage(
            services.GetRequiredKeyedService<IGrainStorage>(options.Value.StorageName), this.GetPrimaryKeyLong());

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) => LoadOnceAsync();

    /// <inheritdoc/>
    public async Task<CatalogueNews> ReadAsync(CataloguePosition since)
    {
        if (since == new CataloguePosition(_life, _sequence))
        {
            // Either way there is an answer.
            var news = _waiters.Task;
            await news.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing |
                ConfigureAwaitOptions.ContinueOnCapturedContext);

            // Nobody who only reads would ever notice that this activation is left over, and has no news any more.
            if (!news.IsCompleted && _isLoaded && await _storage.IsLeftOverAsync())
            {
                DeactivateOnIdle();
                throw new InconsistentStateException("Another activation has taken over.");
            }
        }

        return NewsSince(since);
    }

    /// <inheritdoc/>
    public async Task<CatalogueWritten> WriteAsync(
        ImmutableArray<CatalogueChangeRequest> changes, CataloguePosition since)
    {
        await _turn.WaitAsync();
        try
        {
            await LoadOnceAsync();
            return new CatalogueWritten(await WriteAsync(changes), NewsSince(since));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<CatalogueNews> RefreshAsync(string kind, string name, CataloguePosition since)
    {
        await _turn.WaitAsync();
        try
        {
            await LoadOnceAsync();
            var key = new CatalogueKey(kind, name);
            var stored = await _storage.ReadAsync(key);
            if (stored?.Version != _documents.GetValueOrDefault(key)?.Version)
            {
                // Somebody else writes: this activation is left over.
                DeactivateOnIdle();
                Take(new CatalogueChange(key, stored));
            }

            return NewsSince(since);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task LoadOnceAsync()
    {
        if (!_isLoaded)
        {
            _documents = await _storage.TakeOverAsync();
            _news.Clear();
            _life = _storage.Life;
            _sequence = 0;
            _isLoaded = true;
            Wake();
        }
    }

    private async Task<ImmutableArray<bool>> WriteAsync(ImmutableArray<CatalogueChangeRequest> requests)
    {
        var batch = new CatalogueBatch(_documents.GetValueOrDefault, _storage.HighestRemoved);
        var results = requests.Select(request => batch.TryTake(new CatalogueWrite(
            new CatalogueKey(request.Kind, request.Name), request.ExpectedVersion,
            request.Body is null ? default(ReadOnlyMemory<byte>?) : request.Body))).ToImmutableArray();
        try
        {
            await _storage.AnnounceAsync(batch.Changes, batch.HighestRemoved);
            var last = batch.Changes.GroupBy(static change => change.Key).Select(static each => each.Last()).ToArray();
            await Task.WhenAll(last.Select(_storage.WriteAsync));
            Array.ForEach(last, Take);
            return results;
        }
        catch (InconsistentStateException)
        {
            // Somebody else has taken over: whoever asks again asks there.
            DeactivateOnIdle();
            throw;
        }
        catch
        {
            // Nobody knows what is stored now: it is read again before anything else is judged.
            _isLoaded = false;
            throw;
        }
    }

    private void Take(CatalogueChange change)
    {
        var before = _documents.GetValueOrDefault(change.Key)?.Version ?? 0;
        _documents = change.Document is { } document
            ? _documents.SetItem(change.Key, document)
            : _documents.Remove(change.Key);
        _sequence++;
        _news.Enqueue(change.Document is { } now ? Tell(now) : new(change.Key.Kind, change.Key.Name, before, null));
        if (_news.Count > RememberedMax)
        {
            _news.Dequeue();
        }

        Wake();
    }

    private CatalogueNews NewsSince(CataloguePosition since)
    {
        var now = new CataloguePosition(_life, _sequence);
        var count = _sequence - since.Sequence;
        return since.Life == now.Life && count >= 0 && count <= _news.Count
            ? new CatalogueNews(now, false, [.. _news.Skip(_news.Count - (int)count)])
            : new CatalogueNews(now, true, [.. _documents.Values.Select(Tell)]);
    }

    private void Wake()
    {
        var waiters = _waiters;
        _waiters = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiters.SetResult();
    }

    private static CatalogueDocumentNow Tell(CatalogueDocument document) =>
        new(document.Key.Kind, document.Key.Name, document.Version, document.Body.ToArray());
}
