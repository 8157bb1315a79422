// One JSON file per document: <data directory>/catalogue/<kind>/<name>.json, holding {"version":N,"body":...}. Topic
// names are safe file names by Kafka's rules except "." and "..", which aren't allowed either; other kinds have fixed
// names.
using System.Text;
using System.Text.Json;
using ActorBroker.Core;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Catalogue;

/// <summary>The catalogue of a single broker: files in the data directory, all of them in memory too.</summary>
internal sealed class FileCatalogue : ICatalogue
{
    private const string Suffix = ".json";
    private readonly IFileSystem _fileSystem;
    private readonly string _root;
    private readonly Lock _gate = new();
    private readonly Dictionary<CatalogueKey, CatalogueDocument> _documents = [];
    private readonly HashSet<string> _kinds = [];

    // Only within a life of the process: all brokers that share this catalogue live as long as it does.
    private long _highestRemoved;

    private FileCatalogue(IFileSystem fileSystem, string root)
    {
        _fileSystem = fileSystem;
        _root = root;
    }

    /// <inheritdoc/>
    public event Action<CatalogueChange>? Changed;

    /// <summary>Reads every document; <see cref="CatalogueException"/> names a file that can't be understood.</summary>
    public static FileCatalogue Open(IFileSystem fileSystem, string dataDirectory)
    {
        var catalogue = new FileCatalogue(fileSystem, Path.Combine(dataDirectory, LogDirectory.CatalogueFolder));
        fileSystem.CreateDirectory(catalogue._root);
        foreach (var kind in fileSystem.ListDirectories(catalogue._root).ToArray())
        {
            catalogue.LoadKind(kind);
        }

        return catalogue;
    }

    /// <inheritdoc/>
    public IReadOnlyList<CatalogueDocument> List(string kind)
    {
        lock (_gate)
        {
            return [.. _documents.Values.Where(document => document.Key.Kind == kind)];
        }
    }

    /// <inheritdoc/>
    public CatalogueDocument? Read(CatalogueKey key)
    {
        lock (_gate)
        {
            return _documents.GetValueOrDefault(key);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<bool> TryWrite(IReadOnlyList<CatalogueWrite> writes)
    {
        lock (_gate)
        {
            var batch = new CatalogueBatch(_documents.GetValueOrDefault, _highestRemoved);
            var results = new bool[writes.Count];
            for (var index = 0; index < results.Length; index++)
            {
                results[index] = batch.TryTake(writes[index]);
            }

            foreach (var change in batch.Changes)
            {
                Store(change);
            }

            foreach (var kind in batch.Changes.Select(static change => change.Key.Kind).Distinct())
            {
                _fileSystem.SyncDirectory(Path.Combine(_root, kind));
            }

            _highestRemoved = batch.HighestRemoved;
            foreach (var change in batch.Changes)
            {
                Publish(change);
            }

            return results;
        }
    }

    private void Store(CatalogueChange change)
    {
        var path = PathOf(change.Key);
        if (change.Document is null)
        {
            _fileSystem.DeleteFile(path);
        }
        else
        {
            EnsureFolder(change.Key.Kind);
            DurableFile.Write(_fileSystem, path, Envelope(change.Document));
        }
    }

    private void Publish(CatalogueChange change)
    {
        if (change.Document is null)
        {
            _documents.Remove(change.Key);
        }
        else
        {
            _documents[change.Key] = change.Document;
        }

        Changed?.Invoke(change);
    }

    private static byte[] Envelope(CatalogueDocument document)
    {
        using var stream = new MemoryStream(document.Body.Length + 64);
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", document.Version);
            writer.WritePropertyName("body");
            writer.WriteRawValue(document.Body.Span);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static CatalogueDocument Parse(CatalogueKey key, byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        var version = json.RootElement.GetProperty("version").GetInt64();
        var body = Encoding.UTF8.GetBytes(json.RootElement.GetProperty("body").GetRawText());
        return version > 0
            ? new CatalogueDocument(key, version, body)
            : throw new FormatException($"version {version} is not positive");
    }

    private void LoadKind(string kind)
    {
        _kinds.Add(kind);
        var folder = Path.Combine(_root, kind);
        foreach (var file in _fileSystem.ListFiles(folder).ToArray())
        {
            var path = Path.Combine(folder, file);
            if (file == DurableFile.TemporaryName)
            {
                // A write that a crash cut short: it was never answered.
                _fileSystem.DeleteFile(path);
            }
            else if (file.EndsWith(Suffix, StringComparison.Ordinal))
            {
                var key = new CatalogueKey(kind, file[..^Suffix.Length]);
                _documents.Add(key, Load(key, path));
            }
        }
    }

    private CatalogueDocument Load(CatalogueKey key, string path)
    {
        try
        {
            return Parse(key, DurableFile.Read(_fileSystem, path));
        }
        catch (Exception failure) when (failure is JsonException or FormatException or KeyNotFoundException
            or InvalidOperationException)
        {
            throw Corrupt(path, failure);
        }
    }

    internal static CatalogueException Corrupt(string path, Exception failure) => new(
        $"The catalogue file {path} can't be read ({failure.Message}). Restore it from a backup, or remove it if the " +
        "document it holds is no longer wanted; the broker does not start on a catalogue it can't trust.", failure);

    internal string PathOf(CatalogueKey key)
    {
        Invariant.Holds(key.Name.Length > 0 && key.Name.IndexOfAny(['/', '\\', '\0']) < 0);
        return Path.Combine(_root, key.Kind, key.Name + Suffix);
    }

    private void EnsureFolder(string kind)
    {
        if (_kinds.Contains(kind))
        {
            return;
        }

        _fileSystem.CreateDirectory(Path.Combine(_root, kind));
        _fileSystem.SyncDirectory(_root);
        _kinds.Add(kind);
    }
}
