using System.Text;
using ActorBroker.Client;

namespace ActorBroker.Cli.Producing;

/// <summary>
/// Files that arrive as files: each part is a record, keyed by the file's relative path, so that all parts of a file
/// keep their order on one partition.
/// </summary>
internal sealed class FileSource : IProduceSource
{
    private readonly IReadOnlyList<(string Path, string Name)> _files;
    private readonly int _recordBytes;
    private readonly int? _partition;

    private FileSource(IReadOnlyList<(string Path, string Name)> files, int recordBytes, int? partition)
    {
        _files = files;
        _recordBytes = recordBytes;
        _partition = partition;
    }

    /// <summary>Some files, named as they were given, without what leads out of the current folder.</summary>
    public static FileSource Of(IEnumerable<string> paths, int recordBytes, int? partition) =>
        new([.. paths.Select(path => (path, Normal(path)))], recordBytes, partition);

    /// <summary>Every file in a folder, named relative to it, in a fixed order.</summary>
    public static FileSource OfFolder(string folder, int recordBytes, int? partition)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"--directory: there is no folder '{folder}'.");
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => (path, Normal(Path.GetRelativePath(folder, path))));
        return new FileSource([.. files], recordBytes, partition);
    }

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel)
    {
        var buffer = new byte[_recordBytes];
        foreach (var (path, name) in _files)
        {
            await SendFileAsync(sink, path, name, buffer, cancel).ConfigureAwait(false);
        }
    }

    private static string Normal(string path)
    {
        var parts = path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part is not ("." or ".."));
        return string.Join('/', parts);
    }

    private async Task SendFileAsync(
        ProduceSink sink, string path, string name, byte[] buffer, CancellationToken cancel)
    {
        await using var stream = StreamSource.Open(path);
        var key = Encoding.UTF8.GetBytes(name);
        var left = stream.Length;
        for (var index = 0; index == 0 || left > 0; index++)
        {
            var size = (int)Math.Min(left, buffer.Length);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, size), cancel).ConfigureAwait(false);
            left -= size;
            var record = new ProducerRecord
            {
                Key = key,
                Value = buffer.AsMemory(0, size),
                Headers = new FilePart(name, index, left == 0).ToHeaders(),
                Partition = _partition,
            };
            await sink.SendAsync(record, cancel).ConfigureAwait(false);
        }
    }
}
