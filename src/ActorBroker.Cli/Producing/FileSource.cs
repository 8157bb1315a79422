using System.Text;

namespace ActorBroker.Cli.Producing;

/// <summary>
/// Files that arrive as files. Each part is a record, keyed by the file's relative path, so that all parts of a file
/// keep their order on one partition. Or each file is exactly one record, whatever its size.
/// </summary>
internal sealed class FileSource : IProduceSource
{
    private readonly IReadOnlyList<(string Path, string Name)> _files;
    private readonly int _recordBytes;
    private readonly RecordFrame _frame;

    private FileSource(IReadOnlyList<(string Path, string Name)> files, int recordBytes, RecordFrame frame)
    {
        _files = files;
        _recordBytes = recordBytes;
        _frame = frame;
    }

    public long? Bytes => InputFile.TotalBytes(_files.Select(file => file.Path));

    /// <summary>True where each file becomes one record.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Some files, named as they were given, without what leads out of the current folder.</summary>
    public static FileSource Of(IEnumerable<string> paths, int recordBytes, bool isWhole, RecordFrame frame) =>
        new([.. paths.Select(path => (path, Normal(path)))], recordBytes, frame) { IsWhole = isWhole };

    /// <summary>Every file in a folder, named relative to it, in a fixed order.</summary>
    public static FileSource OfFolder(string folder, int recordBytes, bool isWhole, RecordFrame frame)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"--directory: there is no folder '{folder}'.");
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => (path, Normal(Path.GetRelativePath(folder, path))));
        return new FileSource([.. files], recordBytes, frame) { IsWhole = isWhole };
    }

    public async Task SendAsync(ProduceSink sink, CancellationToken cancel)
    {
        var buffer = IsWhole ? [] : new byte[_recordBytes];
        foreach (var (path, name) in _files)
        {
            if (IsWhole)
            {
                await SendWholeAsync(sink, path, name, cancel).ConfigureAwait(false);
            }
            else
            {
                await SendPartsAsync(sink, path, name, buffer, cancel).ConfigureAwait(false);
            }
        }
    }

    private static string Normal(string path)
    {
        var parts = path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part is not ("." or ".."));
        return string.Join('/', parts);
    }

    private async Task SendWholeAsync(ProduceSink sink, string path, string name, CancellationToken cancel)
    {
        var value = await File.ReadAllBytesAsync(path, cancel).ConfigureAwait(false);
        var record = _frame.Of(value) with { Key = _frame.Key ?? Encoding.UTF8.GetBytes(name) };
        await sink.SendAsync(record, cancel).ConfigureAwait(false);
    }

    private async Task SendPartsAsync(
        ProduceSink sink, string path, string name, byte[] buffer, CancellationToken cancel)
    {
        await using var stream = InputFile.Open(path);
        var key = Encoding.UTF8.GetBytes(name);
        var left = stream.Length;
        for (var index = 0; index == 0 || left > 0; index++)
        {
            var size = (int)Math.Min(left, buffer.Length);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, size), cancel).ConfigureAwait(false);
            left -= size;
            var record = _frame.Of(buffer.AsMemory(0, size)) with
            {
                Key = key,
                Headers = [.. _frame.Headers, .. new FilePart(name, index, left == 0).ToHeaders()],
            };
            await sink.SendAsync(record, cancel).ConfigureAwait(false);
        }
    }
}
