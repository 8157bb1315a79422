using System.Globalization;
using System.Text;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>The names and files of a journal: what is written is durable when the call returns.</summary>
/// <remarks>
/// <c>current-(n)</c> names the folder of generation n, <c>(n)-(random)</c> is one, with <c>snapshot</c> and
/// <c>entry-(k)</c> in it. The highest n counts. <c>write-(n)-(random)</c> is being written.
/// </remarks>
internal sealed class JournalFiles(IFileSystem files, string root)
{
    private const string Current = "current-";
    private const string Entry = "entry-";
    private const string Temporary = "write-";
    private const string Removed = ".removed";
    private const long MaxBytes = 1L << 30;

    /// <summary>True where the generation has such an entry.</summary>
    public bool HasEntry(string generation, long number) => files.FileExists(EntryPath(generation, number));

    /// <summary>False once the generation is removed, which takes all of it in one step.</summary>
    public bool HasGeneration(string generation) => files.FileExists(SnapshotPath(generation));

    /// <summary>
    /// What was seen in the generation stays, whatever happens to the machine. One that is gone lives on in the next
    /// one's snapshot, which was durable before.
    /// </summary>
    public void Sync(string generation)
    {
        try
        {
            files.SyncDirectory(Path.Combine(root, generation));
        }
        catch (IOException) when (!HasGeneration(generation))
        {
        }
    }

    /// <summary>Adds an entry; false where its number is taken, or the generation gone.</summary>
    public bool TryAppend(string generation, JournalEntry entry)
    {
        var temporary = WriteTemporary(NumberOf(generation), JournalCodec.Encode(entry));
        try
        {
            if (files.TryMoveFile(temporary, EntryPath(generation, entry.Number)))
            {
                Sync(generation);
                return true;
            }
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // Whoever slept for a whole generation is told by its folder, which is gone.
        }

        files.DeleteFile(temporary);
        return false;
    }

    /// <summary>Makes a generation that begins with these documents; it counts once something names it.</summary>
    public string CreateGeneration(long number, JournalEntry snapshot)
    {
        var generation = $"{number:D9}-{Guid.NewGuid():N}";
        files.CreateDirectory(Path.Combine(root, generation));
        files.MoveFile(WriteTemporary(number, JournalCodec.Encode(snapshot)), SnapshotPath(generation));
        Sync(generation);
        files.SyncDirectory(root);
        return generation;
    }

    /// <summary>Notes where readers begin; where somebody else was faster, that stays.</summary>
    public void TryPoint(string generation)
    {
        var number = NumberOf(generation);
        if (!files.FileExists(CurrentPath(number)))
        {
            var temporary = WriteTemporary(number, Encoding.ASCII.GetBytes(generation));
            if (!files.TryMoveFile(temporary, CurrentPath(number)))
            {
                files.DeleteFile(temporary);
            }
        }

        files.SyncDirectory(root);
    }

    /// <summary>The generation at which readers begin; null where there is none yet.</summary>
    public string? FindCurrent()
    {
        while (Numbers(files.ListFiles(root), Current).DefaultIfEmpty(-1).Max() is var number and >= 0)
        {
            if (ReadBytes(CurrentPath(number)) is { } name)
            {
                var generation = Encoding.ASCII.GetString(name);
                return NumberOf(generation) == number
                    ? generation
                    : throw Corrupt(CurrentPath(number), "it does not name a folder of the catalogue");
            }
        }

        return null;
    }

    /// <summary>Reads an entry; null where it is gone.</summary>
    public JournalEntry? ReadEntry(string generation, long number) => Read(EntryPath(generation, number), number);

    /// <summary>Reads a snapshot; null where it is gone.</summary>
    public JournalEntry? ReadSnapshot(string generation) => Read(SnapshotPath(generation), 0);

    /// <summary>The highest number of an entry; 0 where there is none.</summary>
    public long HighestEntry(string generation)
    {
        try
        {
            return Numbers(files.ListFiles(Path.Combine(root, generation)), Entry).DefaultIfEmpty(0).Max();
        }
        catch (DirectoryNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>Removes a generation that nothing names.</summary>
    public void Remove(string generation)
    {
        // Its name goes first, so that nobody can add to what is being removed.
        var removed = Path.Combine(root, generation + Removed);
        try
        {
            files.MoveDirectory(Path.Combine(root, generation), removed);
        }
        catch (DirectoryNotFoundException)
        {
            // Another broker is at it.
            return;
        }

        files.DeleteDirectory(removed);
    }

    /// <summary>Removes what lies before the generation, and what killed writers left then.</summary>
    public void RemoveBefore(string generation)
    {
        var number = NumberOf(generation);
        foreach (var file in files.ListFiles(root).ToArray())
        {
            if (NumberAfter(file, Current) is var current and >= 0 && current < number
                || (NumberAfter(file, Temporary) is var written and >= 0 && written < number - 1))
            {
                files.DeleteFile(Path.Combine(root, file));
            }
        }

        foreach (var folder in files.ListDirectories(root).ToArray())
        {
            if (folder.EndsWith(Removed, StringComparison.Ordinal))
            {
                files.DeleteDirectory(Path.Combine(root, folder));
            }
            else if (NumberOf(folder) is var other and >= 0 && other < number)
            {
                Remove(folder);
            }
        }
    }

    /// <summary>The generation's number.</summary>
    public static long NumberOf(string generation) => NumberAfter(generation, "");

    internal string EntryPath(string generation, long number) => Path.Combine(root, generation, $"{Entry}{number:D9}");

    internal string SnapshotPath(string generation) => Path.Combine(root, generation, "snapshot");

    internal static CatalogueException Corrupt(string path, string problem) => new(
        $"The catalogue file {path} can't be trusted: {problem}. Stop all brokers of the cluster and restore its " +
        "folder from a backup; no broker changes a catalogue that it can't read.");

    private string CurrentPath(long number) => Path.Combine(root, $"{Current}{number:D9}");

    // A name of its own each time: under a name that was used before, a writer that was killed may have left the very
    // file that became an entry.
    private string WriteTemporary(long generation, byte[] content)
    {
        var path = Path.Combine(root, $"{Temporary}{generation:D9}-{Guid.NewGuid():N}");
        try
        {
            using var file = files.OpenOrCreate(path);
            file.Write(content, 0);
            file.Flush();
        }
        catch
        {
            files.DeleteFile(path);
            throw;
        }

        return path;
    }

    private JournalEntry? Read(string path, long number) => ReadBytes(path) is { } bytes
        ? JournalCodec.Decode(bytes, number, out var problem) ?? throw Corrupt(path, problem)
        : null;

    private byte[]? ReadBytes(string path)
    {
        try
        {
            using var file = files.OpenRead(path);
            if (file.Length > MaxBytes)
            {
                throw Corrupt(path, $"it has {file.Length} bytes, more than any has");
            }

            var bytes = new byte[file.Length];
            return file.Read(bytes, 0) == bytes.Length
                ? bytes
                : throw Corrupt(path, "it became shorter while it was read");
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static IEnumerable<long> Numbers(IEnumerable<string> names, string prefix) =>
        names.Select(name => NumberAfter(name, prefix)).Where(static number => number >= 0);

    private static long NumberAfter(string name, string prefix)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
        {
            return -1;
        }

        var number = name.AsSpan(prefix.Length);
        var end = number.IndexOf('-');
        return long.TryParse(
            end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : -1;
    }
}
