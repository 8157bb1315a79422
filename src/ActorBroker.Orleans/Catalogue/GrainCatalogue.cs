// A broker's copy of the catalogue. A change reaches it by the answer to its own write or by news that it waits for,
// whichever comes first; both say how far they go, so that nothing is applied twice or goes back.
using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Orleans.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Orleans.Catalogue;

/// <summary>The catalogue in a grain's storage, as a broker's port.</summary>
internal sealed class GrainCatalogue : ICatalogue, IDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    /// <summary>Enough to take a large catalogue over; whoever gives up asks again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PatienceAtStart = TimeSpan.FromSeconds(30);

    /// <summary>Whoever supervises a silo that stops does not wait for a storage that is down.</summary>
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(2);

    private readonly ICatalogueGrain _grain;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _order = new();
    private ImmutableDictionary<CatalogueKey, CatalogueDocument> _documents =
        ImmutableDictionary<CatalogueKey, CatalogueDocument>.Empty;

    private CataloguePosition _position;
    private volatile bool _isEnding;

    private GrainCatalogue(ICatalogueGrain grain, ILogger logger)
    {
        _grain = grain;
        _logger = logger;
    }

    /// <inheritdoc/>
    public event Action<CatalogueChange>? Changed;

    /// <summary>
    /// Reads the catalogue, and follows it from then on. Where the grain's silo dies meanwhile, or its storage does not
    /// answer, it is asked again for a while: a silo that ends for it had better have waited.
    /// </summary>
    public static async Task<GrainCatalogue> OpenAsync(
        ICatalogueGrain grain, ILogger logger, CancellationToken cancel)
    {
        var catalogue = new GrainCatalogue(grain, logger);
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                catalogue.Apply(await grain.ReadAsync(default).WaitAsync(cancel).ConfigureAwait(false));
                break;
            }
            catch (Exception failure) when (
                !cancel.IsCancellationRequested && TimeProvider.System.GetElapsedTime(began) < PatienceAtStart)
            {
                OrleansLogs.CatalogueAwaited(logger, failure);
                await Task.Delay(Rest, cancel).ConfigureAwait(false);
            }
        }

        _ = Task.Run(catalogue.FollowAsync, CancellationToken.None);
        return catalogue;
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueDocument> List(string kind) =>
        [.. Volatile.Read(ref _documents).Values.Where(document => document.Key.Kind == kind)];

    /// <inheritdoc/>
    public CatalogueDocument? Read(CatalogueKey key) => Volatile.Read(ref _documents).GetValueOrDefault(key);

    /// <inheritdoc/>
    public void Refresh(CatalogueKey key) =>
        Apply(Ask("read", () => _grain.RefreshAsync(key.Kind, key.Name, Position)));

    /// <inheritdoc/>
    public IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes)
    {
        ImmutableArray<CatalogueChangeRequest> requests =
        [
            .. writes.Select(static write => new CatalogueChangeRequest(
                write.Key.Kind, write.Key.Name, write.ExpectedVersion, write.Body?.ToArray())),
        ];
        var written = Ask("written", () => _grain.WriteAsync(requests, Position));
        Apply(written.News);
        return written.Results;
    }

    /// <summary>From now on nobody waits for long: a broker that leaves can do without an answer.</summary>
    public void HurryUp() => _isEnding = true;

    /// <summary>Hears nothing any more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private CataloguePosition Position
    {
        get
        {
            lock (_order)
            {
                return _position;
            }
        }
    }

    /// <summary>On a thread of the pool, as the caller may block but the grain's answer must find its way.</summary>
    private T Ask<T>(string what, Func<Task<T>> ask)
    {
        try
        {
            return Task.Run(ask).WaitAsync(_isEnding ? PatienceAtEnd : Patience).GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // Whatever it was: nobody knows what came of it, which is what the caller has to know.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw new IOException($"The catalogue could not be {what}: {failure.Message}", failure);
        }
    }

    private async Task FollowAsync()
    {
        var stop = _stop.Token;
        var isFailing = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Apply(await _grain.ReadAsync(Position).WaitAsync(stop).ConfigureAwait(false));
                isFailing = false;
            }
#pragma warning disable CA1031 // Whatever keeps it from hearing: it asks again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                if (!isFailing)
                {
                    isFailing = true;
                    OrleansLogs.CatalogueUnreadable(_logger, failure);
                }

                await Task.Delay(Rest, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Apply(CatalogueNews news)
    {
        lock (_order)
        {
            var (life, sequence) = news.UpTo;
            if (life < _position.Life || (life == _position.Life && sequence <= _position.Sequence))
            {
                return;
            }

            if (news.IsWhole)
            {
                Replace(news);
            }
            else
            {
                var known = (int)(news.Documents.Length - (sequence - _position.Sequence));
                Apply([.. news.Documents.Skip(known).Select(Change)]);
            }

            _position = news.UpTo;
        }
    }

    private void Replace(CatalogueNews news)
    {
        var there = news.Documents.ToDictionary(static each => new CatalogueKey(each.Kind, each.Name));
        var gone = _documents.Keys.Where(key => !there.ContainsKey(key))
            .Select(static key => new CatalogueChange(key, null));
        var changed = there.Values
            .Where(each => _documents.GetValueOrDefault(new(each.Kind, each.Name))?.Version != each.Version)
            .Select(Change);
        Apply([.. gone, .. changed]);
    }

    private void Apply(CatalogueChange[] changes)
    {
        var documents = _documents.ToBuilder();
        foreach (var (key, document) in changes)
        {
            if (document is null)
            {
                documents.Remove(key);
            }
            else
            {
                documents[key] = document;
            }
        }

        Volatile.Write(ref _documents, documents.ToImmutable());
        foreach (var change in changes)
        {
            Changed?.Invoke(change);
        }
    }

    private static CatalogueChange Change(CatalogueDocumentNow now)
    {
        var key = new CatalogueKey(now.Kind, now.Name);
        return new CatalogueChange(key, now.Body is null ? null : new CatalogueDocument(key, now.Version, now.Body));
    }
}
