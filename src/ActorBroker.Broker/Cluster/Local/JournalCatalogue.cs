// The catalogue of several processes on one machine: a folder that is a log. Entry n+1 is written and flushed under a
// temporary name and then linked to its own: of all that race for the number one succeeds, and the others read what
// it said and try again. So a compare-and-set needs no lock that a stopped or killed process could keep, and there
// are no torn entries: what has its name is whole.
//
// A generation is a folder with a random name: a snapshot, and the entries after it. Its last entry names the next,
// which by then is there, with all documents in its snapshot; then the old folder goes, in one step. A process that
// slept through that finds its folder gone, and can neither read from it nor add to it. No name is ever given twice,
// so that nothing of before can be taken for something of now.
using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>The catalogue in a folder that several brokers on one machine share.</summary>
internal sealed class JournalCatalogue : ICatalogue, IDisposable
{
    // Far more than other writers, each delayed by its own flush, could ever win in a row.
    private const int MostAttempts = 1000;
    private const int EntriesAtOnce = 64;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WatchedInterval = TimeSpan.FromMilliseconds(250);

    private readonly string _folder;
    private readonly JournalFiles _files;
    private readonly WriterTurn _turn;
    private readonly ILogger _logger;
    private readonly int _entriesPerGeneration;

    // Held while something is applied and announced, by writers through their whole write.
    private readonly Lock _order = new();
    private readonly Lock _gate = new();
    private List<Request> _waiting = [];
    private ImmutableDictionary<CatalogueKey, CatalogueDocument> _documents =
        ImmutableDictionary<CatalogueKey, CatalogueDocument>.Empty;

    private Poller? _poller;
    private FolderWatch? _watch;
    private string _generation = "";
    private long _number;
    private long _highestRemoved;

    private JournalCatalogue(IFileSystem files, string folder, ILogger logger, int entriesPerGeneration)
    {
        _folder = folder;
        _files = new JournalFiles(files, folder);
        _turn = new WriterTurn(files, Path.Combine(folder, "turn.lock"));
        _logger = logger;
        _entriesPerGeneration = entriesPerGeneration;
    }

    /// <inheritdoc/>
    public event Action<CatalogueChange>? Changed;

    /// <summary>
    /// Opens the catalogue in <c>catalogue</c> below the cluster's folder, making it if need be, and follows it from
    /// then on.
    /// </summary>
    /// <exception cref="CatalogueException">It can't be trusted; the message says what to do.</exception>
    public static JournalCatalogue Open(IFileSystem files, string clusterFolder, ILogger logger)
    {
        var catalogue = Open(files, clusterFolder, logger, entriesPerGeneration: 1000);
        var poller = new Poller(
            "catalogue", WatchedInterval, catalogue.Poll, failure => LocalLogs.CatalogueUnreadable(logger, failure));
        catalogue._poller = poller;
        catalogue._watch = new FolderWatch(catalogue._folder, poller.Wake, () => poller.Interval = PollInterval);
        return catalogue;
    }

    /// <summary>The same, but others' changes are seen only by <see cref="Poll"/> and before own writes.</summary>
    internal static JournalCatalogue Open(
        IFileSystem files, string clusterFolder, ILogger logger, int entriesPerGeneration)
    {
        var folder = Path.Combine(clusterFolder, LogDirectory.CatalogueFolder);
        files.CreateDirectory(folder);
        var catalogue = new JournalCatalogue(files, folder, logger, entriesPerGeneration);
        lock (catalogue._order)
        {
            catalogue.Begin();
        }

        return catalogue;
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueDocument> List(string kind) =>
        [.. Volatile.Read(ref _documents).Values.Where(document => document.Key.Kind == kind)];

    /// <inheritdoc/>
    public CatalogueDocument? Read(CatalogueKey key) => Volatile.Read(ref _documents).GetValueOrDefault(key);

    /// <inheritdoc/>
    /// <remarks>Writes that wait while another is being flushed are made durable together after it.</remarks>
    public IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes)
    {
        var request = new Request(writes);
        lock (_gate)
        {
            _waiting.Add(request);
        }

        lock (_order)
        {
            if (request.Results is null && request.Failure is null)
            {
                CommitWaiting();
            }
        }

        return request.Failure is null
            ? request.Results!
            : throw new IOException($"The catalogue could not be written: {request.Failure.Message}", request.Failure);
    }

    /// <inheritdoc/>
    public void Refresh(CatalogueKey key) => Poll();

    /// <summary>Reads what others wrote.</summary>
    public void Poll()
    {
        lock (_order)
        {
            CatchUp();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch?.Dispose();
        _poller?.Dispose();
    }

    private void Begin()
    {
        if (_files.FindCurrent() is null)
        {
            // Another broker may begin at the same time: one of both generations is pointed at.
            _files.TryPoint(_files.CreateGeneration(0, new JournalEntry(0, 0, [])));
        }

        Reload();
        CatchUp();
        while (_files.HighestEntry(_generation) > _number)
        {
            if (!_files.HasEntry(_generation, _number + 1))
            {
                throw JournalFiles.Corrupt(
                    _files.EntryPath(_generation, _number + 1), "it is missing, though later ones are there");
            }

            CatchUp();
        }
    }

    private void CommitWaiting()
    {
        List<Request> requests;
        lock (_gate)
        {
            (requests, _waiting) = (_waiting, []);
        }

        try
        {
            using var turn = _turn.Take();
            Commit(requests);
        }
#pragma warning disable CA1031 // Whatever it was belongs to each of the writers, of which this thread is only one.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            foreach (var request in requests)
            {
                request.Failure ??= failure;
            }
        }
    }

    private void Commit(List<Request> requests)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            CatchUp();
            var batch = new CatalogueBatch(Read, _highestRemoved);
            var results = requests.ConvertAll(request => request.JudgedBy(batch));
            if (batch.Changes.Count > 0)
            {
                var entry = new JournalEntry(_number + 1, batch.HighestRemoved, batch.Changes);
                if (!_files.TryAppend(_generation, entry))
                {
                    continue;
                }

                Apply(entry);
            }

            for (var index = 0; index < results.Count; index++)
            {
                requests[index].Results = results[index];
            }

            EndLongGeneration();
            return;
        }

        throw new IOException("others' changes left no room for this one");
    }

    private void CatchUp()
    {
        while (true)
        {
            var last = _number;
            while (last < _number + EntriesAtOnce && _files.HasEntry(_generation, last + 1))
            {
                last++;
            }

            if (last > _number)
            {
                Read(last);
            }
            else if (_files.HasGeneration(_generation))
            {
                return;
            }
            else
            {
                Reload();
            }
        }
    }

    private void Read(long last)
    {
        // Nobody acts on what a loss of power could take back: what is seen is made durable first.
        _files.Sync(_generation);
        for (var number = _number + 1; number <= last; number++)
        {
            if (_files.ReadEntry(_generation, number) is not { } entry)
            {
                Reload();
                return;
            }

            if (entry.Next.Length > 0)
            {
                // It changes nothing else. Until it is followed it counts as unread: nothing may come after it here.
                Follow(entry.Next);
                return;
            }

            Apply(entry);
        }
    }

    private void Reload()
    {
        while (true)
        {
            var generation = _files.FindCurrent() ?? throw JournalFiles.Corrupt(
                _folder, "no file in it says which generation is current");
            if (_files.ReadSnapshot(generation) is { } snapshot)
            {
                Replace(snapshot);
                _generation = generation;
                return;
            }

            if (_files.FindCurrent() == generation)
            {
                throw JournalFiles.Corrupt(_files.SnapshotPath(generation), "it is missing");
            }
        }
    }

    // Its snapshot holds what is known here already. Whoever made it may have been killed before it told others, so
    // each that comes by makes sure of it.
    private void Follow(string generation)
    {
        _files.TryPoint(generation);
        _generation = generation;
        _number = 0;
    }

    private void Replace(JournalEntry snapshot)
    {
        var known = _documents;
        var there = snapshot.Changes.Select(static change => change.Key).ToHashSet();
        var removed = known.Keys.Where(key => !there.Contains(key)).Select(key => new CatalogueChange(key, null));
        var changed = snapshot.Changes
            .Where(change => known.GetValueOrDefault(change.Key)?.Version != change.Document?.Version);
        Apply(snapshot with { Changes = [.. removed, .. changed] });
    }

    private void Apply(JournalEntry entry)
    {
        var documents = _documents.ToBuilder();
        foreach (var (key, document) in entry.Changes)
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
        _number = entry.Number;
        _highestRemoved = entry.HighestRemoved;
        foreach (var change in entry.Changes)
        {
            Changed?.Invoke(change);
        }
    }

    // It only saves room: the change that happened to be the last is durable without.
    private void EndLongGeneration()
    {
        if (_number < _entriesPerGeneration)
        {
            return;
        }

        try
        {
            var all = _documents.Values.Select(static document => new CatalogueChange(document.Key, document));
            var next = _files.CreateGeneration(
                JournalFiles.NumberOf(_generation) + 1, new JournalEntry(0, _highestRemoved, [.. all]));
            if (_files.TryAppend(_generation, new JournalEntry(_number + 1, _highestRemoved, [], next)))
            {
                Follow(next);
                _files.RemoveBefore(next);
            }
            else
            {
                _files.Remove(next);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LocalLogs.GenerationNotEnded(_logger, _folder, failure);
        }
    }

    private sealed class Request(IReadOnlyList<CatalogueWrite> writes)
    {
        public IReadOnlyList<bool>? Results { get; set; }

        public Exception? Failure { get; set; }

        public bool[] JudgedBy(CatalogueBatch batch)
        {
            var results = new bool[writes.Count];
            for (var index = 0; index < results.Length; index++)
            {
                results[index] = batch.TryTake(writes[index]);
            }

            return results;
        }
    }
}
