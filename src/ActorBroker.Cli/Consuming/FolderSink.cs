using System.Globalization;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>
/// Puts files together again from their parts. A file is written beside its name and takes the name with its last part,
/// so a file that is there is whole. Paths come from the topic and are not trusted: none leads out of the folder.
/// </summary>
internal sealed class FolderSink(string folder, bool replace) : IRecordSink
{
    private const string Unfinished = ".part";

    private readonly string _root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
    private readonly Dictionary<string, OpenFile> _open = [];
    private int _files;
    private int _strangers;

    public int Write(in ConsumedRecord record)
    {
        if (!FilePart.TryRead(record.GetHeaders(), out var part))
        {
            _strangers++;
            return 0;
        }

        var value = record.Value.GetValueOrDefault().Span;
        var file = Open(part);
        if (file is null || part.Index != file.NextPart)
        {
            // Reading began in the middle of a file, or a part was sent twice.
            return 0;
        }

        file.Stream.Write(value);
        file.NextPart++;
        if (part.IsLast)
        {
            Finish(part.Path, file);
        }

        return value.Length;
    }

    public void Pause()
    {
    }

    public string Complete()
    {
        var notes = new List<string> { Text(_files, "file") };
        if (_open.Count > 0)
        {
            notes.Add($"{Text(_open.Count, "file")} not complete ({Unfinished})");
        }

        if (_strangers > 0)
        {
            notes.Add($"{Text(_strangers, "record")} without file headers left out");
        }

        return string.Join(", ", notes);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _open.Values)
        {
            await file.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string Text(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private OpenFile? Open(FilePart part)
    {
        if (_open.TryGetValue(part.Path, out var open))
        {
            return open;
        }

        if (part.Index != 0)
        {
            return null;
        }

        var target = Path.GetFullPath(Path.Combine(_root, part.Path));
        if (!target.StartsWith(_root, StringComparison.Ordinal) || target.Length == _root.Length)
        {
            throw new IOException($"The topic names a file '{part.Path}' outside of '{folder}': refused.");
        }

        if (!replace && File.Exists(target))
        {
            throw new UsageException($"'{target}' exists: give --force to replace files.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var stream = new FileStream(target + Unfinished, FileMode.Create, FileAccess.Write);
        return _open[part.Path] = new OpenFile(stream, target);
    }

    private void Finish(string path, OpenFile file)
    {
        file.Stream.Dispose();
        File.Move(file.Target + Unfinished, file.Target, overwrite: true);
        _open.Remove(path);
        _files++;
    }

    private sealed class OpenFile(FileStream stream, string target)
    {
        public FileStream Stream => stream;

        public string Target => target;

        public int NextPart { get; set; }
    }
}
