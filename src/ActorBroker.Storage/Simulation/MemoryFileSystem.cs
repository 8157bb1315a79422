using System.Text;

namespace ActorBroker.Storage.Simulation;

/// <summary>
/// A disk in memory on which the production code runs, with the faults of real ones, each armed by the test or
/// simulator: it fills up, refuses or tears the Nth write, fails a sync, turns read-only, flips bits, and at
/// <see cref="Crash"/> loses what was not synced: file bytes without <see cref="IFile.Flush"/>, entries without
/// <see cref="IFileSystem.SyncDirectory"/>.
/// </summary>
/// <remarks>
/// Files are nodes apart from their names, as on Unix: a renamed or removed file lives on under its open handles. One
/// lock guards everything. Handles opened before a crash are dead.
/// </remarks>
public sealed partial class MemoryFileSystem : IFileSystem
{
    private readonly Dictionary<string, MemoryNode> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemoryNode> _durableFiles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);

    internal Lock Gate { get; } = new();

    internal int Generation { get; private set; }

    /// <inheritdoc />
    public IFile OpenOrCreate(string path)
    {
        lock (Gate)
        {
            if (!_files.TryGetValue(path, out var node))
            {
                ThrowIfReadOnly(path);
                RequireFolder(path);
                node = new MemoryNode { LastWriteMs = NowMs };
                _files[path] = node;
                NameChanged?.Invoke(path);
            }

            return new MemoryFile(this, node, path);
        }
    }

    /// <inheritdoc />
    public IFile OpenRead(string path)
    {
        lock (Gate)
        {
            return new MemoryFile(this, Node(path), path);
        }
    }

    /// <inheritdoc />
    public long FileLength(string path)
    {
        lock (Gate)
        {
            return _files.TryGetValue(path, out var node) ? node.Length : -1;
        }
    }

    /// <inheritdoc />
    public long LastWriteMs(string path)
    {
        lock (Gate)
        {
            return _files.TryGetValue(path, out var node) ? node.LastWriteMs : -1;
        }
    }

    /// <inheritdoc />
    public bool FileExists(string path)
    {
        lock (Gate)
        {
            return _files.ContainsKey(path);
        }
    }

    /// <inheritdoc />
    public bool DirectoryExists(string path)
    {
        lock (Gate)
        {
            return _folders.Contains(path);
        }
    }

    /// <inheritdoc />
    public void DeleteFile(string path)
    {
        lock (Gate)
        {
            ThrowIfReadOnly(path);
            if (_files.Remove(path, out var node))
            {
                FreeBytes += node.Length;
                NameChanged?.Invoke(path);
            }
        }
    }

    /// <inheritdoc />
    public void DeleteDirectory(string path)
    {
        lock (Gate)
        {
            ThrowIfReadOnly(path);
            var inside = path + Path.DirectorySeparatorChar;
            foreach (var file in _files.Keys.Where(file => file.StartsWith(inside, StringComparison.Ordinal)).ToList())
            {
                FreeBytes += _files[file].Length;
                _files.Remove(file);
                _durableFiles.Remove(file);
            }

            _folders.RemoveWhere(folder => folder == path || folder.StartsWith(inside, StringComparison.Ordinal));
        }
    }

    /// <inheritdoc />
    /// <remarks>Folders are durable at once; what is lost in a crash are the files' entries.</remarks>
    public void CreateDirectory(string path)
    {
        lock (Gate)
        {
            if (_folders.Contains(path))
            {
                return;
            }

            ThrowIfReadOnly(path);
            for (var folder = path; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                _folders.Add(folder);
            }
        }
    }

    /// <inheritdoc />
    public void MoveFile(string from, string to)
    {
        lock (Gate)
        {
            ThrowIfReadOnly(from);
            RequireFolder(to);
            var node = Node(from);
            _files.Remove(from);
            _files[to] = node;
            NameChanged?.Invoke(to);
        }
    }

    /// <inheritdoc />
    public bool TryMoveFile(string from, string to)
    {
        lock (Gate)
        {
            ThrowIfReadOnly(from);
            RequireFolder(to);
            var node = Node(from);
            if (!_files.TryAdd(to, node))
            {
                return false;
            }

            _files.Remove(from);
            NameChanged?.Invoke(to);
            return true;
        }
    }

    /// <inheritdoc />
    public void MoveDirectory(string from, string to)
    {
        lock (Gate)
        {
            ThrowIfReadOnly(from);
            if (!_folders.Contains(from) || _folders.Contains(to))
            {
                throw new IOException($"Can't rename the folder '{from}' to '{to}'.");
            }

            Rename(_files, from, to);
            Rename(_durableFiles, from, to);
            var inside = from + Path.DirectorySeparatorChar;
            var moved = _folders.Where(name => name == from || name.StartsWith(inside, StringComparison.Ordinal));
            foreach (var folder in moved.ToList())
            {
                _folders.Remove(folder);
                _folders.Add(to + folder[from.Length..]);
            }
        }
    }

    /// <inheritdoc />
    public void SyncDirectory(string path)
    {
        lock (Gate)
        {
            var removed = _durableFiles.Keys.Where(file => IsIn(file, path) && !_files.ContainsKey(file));
            foreach (var gone in removed.ToList())
            {
                _durableFiles.Remove(gone);
            }

            foreach (var (file, node) in _files.Where(entry => IsIn(entry.Key, path)))
            {
                _durableFiles[file] = node;
            }
        }
    }

    /// <inheritdoc />
    public IEnumerable<string> ListFiles(string path)
    {
        lock (Gate)
        {
            return _files.Keys.Where(file => IsIn(file, path)).Select(file => Path.GetFileName(file)).ToList();
        }
    }

    /// <inheritdoc />
    public IEnumerable<string> ListDirectories(string path)
    {
        lock (Gate)
        {
            return _folders.Where(folder => IsIn(folder, path)).Select(folder => Path.GetFileName(folder)).ToList();
        }
    }

    /// <inheritdoc />
    public IDisposable? TryLock(string path)
    {
        lock (Gate)
        {
            ThrowIfReadOnly(path);
            RequireFolder(path);
            _files.TryAdd(path, new MemoryNode());
            return _locks.Add(path) ? new Unlocker(this, path, Generation) : null;
        }
    }

    /// <inheritdoc />
    public bool IsLocked(string path)
    {
        lock (Gate)
        {
            return _locks.Contains(path);
        }
    }

    /// <inheritdoc />
    public (long TotalBytes, long UsableBytes) Volume(string path)
    {
        lock (Gate)
        {
            return FreeBytes is { } free ? (free + _files.Values.Sum(node => node.Length), free) : (-1, -1);
        }
    }

    /// <summary>A copy of a file's present bytes.</summary>
    public byte[] ReadAllBytes(string path)
    {
        lock (Gate)
        {
            var node = Node(path);
            var bytes = new byte[node.Length];
            node.Read(bytes, 0);
            return bytes;
        }
    }

    /// <summary>Replaces or creates a file, durably.</summary>
    public void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        lock (Gate)
        {
            RequireFolder(path);
            var node = new MemoryNode { LastWriteMs = NowMs };
            node.Write(bytes, 0);
            node.Sync();
            _files[path] = _durableFiles[path] = node;
        }
    }

    /// <inheritdoc />
    public override string ToString()
    {
        lock (Gate)
        {
            var text = new StringBuilder();
            foreach (var (path, node) in _files.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                text.Append(path).Append(' ').Append(node.Length).Append('\n');
            }

            return text.ToString();
        }
    }

    internal long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static bool IsIn(string path, string folder) => Path.GetDirectoryName(path) == folder;

    private static void Rename(Dictionary<string, MemoryNode> files, string from, string to)
    {
        var inside = from + Path.DirectorySeparatorChar;
        foreach (var file in files.Keys.Where(file => file.StartsWith(inside, StringComparison.Ordinal)).ToList())
        {
            files.Remove(file, out var node);
            files[to + file[from.Length..]] = node!;
        }
    }

    private MemoryNode Node(string path) => _files.TryGetValue(path, out var node)
        ? node
        : throw new FileNotFoundException($"Could not find file '{path}'.", path);

    private void RequireFolder(string path)
    {
        if (!_folders.Contains(Path.GetDirectoryName(path)!))
        {
            throw new DirectoryNotFoundException($"Could not find a part of the path '{path}'.");
        }
    }

    private void Unlock(string path, int generation)
    {
        lock (Gate)
        {
            if (generation == Generation)
            {
                _locks.Remove(path);
            }
        }
    }

    private sealed class Unlocker(MemoryFileSystem owner, string path, int generation) : IDisposable
    {
        public void Dispose() => owner.Unlock(path, generation);
    }
}
