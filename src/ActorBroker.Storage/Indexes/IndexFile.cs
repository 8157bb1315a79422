using System.Buffers.Binary;

namespace ActorBroker.Storage.Indexes;

/// <summary>
/// A sparse index file of fixed-size ascending entries, looked up by binary search in the file itself. New entries wait
/// in a small buffer, so an idle index costs neither memory nor a handle, and the file holds entries only, never
/// padding.
/// </summary>
/// <remarks>One writer, readers on any thread: a short lock, never held while the log is written or read.</remarks>
internal abstract class IndexFile(IFileSystem files, string path, int entrySize)
{
    /// <summary>Entries that wait in memory; also the block in which the file is searched.</summary>
    private const int BlockEntries = 256;

    /// <summary>
    /// When the disk takes no entries, this many wait; further ones are left out of the sparse index.
    /// </summary>
    private const int MaxPending = 16 * BlockEntries;

    private readonly Lock _lock = new();
    private string _path = path;
    private IFile? _file;
    private byte[]? _pending;
    private int _pendingCount;
    private int _fileCount = CountIn(files, path, entrySize);

    protected IFileSystem Files { get; } = files;

    /// <summary>Entries, on disk or waiting.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _fileCount + _pendingCount;
            }
        }
    }

    public string Path => _path;

    /// <summary>No file, or one that was cut within an entry.</summary>
    public bool IsMissingOrCut
    {
        get
        {
            var length = Files.FileLength(_path);
            return length < 0 || length % entrySize != 0;
        }
    }

    /// <summary>Keeps the first entries.</summary>
    public void Truncate(int count)
    {
        lock (_lock)
        {
            if (count >= _fileCount)
            {
                _pendingCount = Math.Min(_pendingCount, count - _fileCount);
                return;
            }

            _pendingCount = 0;
            Open().SetLength((long)count * entrySize);
            _fileCount = count;
        }
    }

    /// <summary>Empties the index, whatever its file held.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _pendingCount = 0;
            _fileCount = 0;
            Open().SetLength(0);
        }
    }

    /// <summary>Empties an index that has entries, without making its file exist.</summary>
    public void ResetIfAny()
    {
        if (Count > 0)
        {
            Reset();
        }
    }

    /// <summary>Brings the waiting entries to the file, which exists from then on.</summary>
    public void Write()
    {
        lock (_lock)
        {
            WritePending();
        }
    }

    /// <summary>Writes, and makes the file durable.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            WritePending();
            Open().Flush();
        }
    }

    /// <summary>Writes and gives buffer and handle back; a later look-up opens the file again.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            WritePending();
            _pending = null;
            CloseFile();
        }
    }

    /// <summary>Closes without writing.</summary>
    public void Close()
    {
        lock (_lock)
        {
            CloseFile();
        }
    }

    /// <summary>Gives the file, if there is one, another name.</summary>
    /// <param name="path">The name.</param>
    /// <param name="staysOpen">
    /// Look-ups go on until the index is closed, even if the file is removed: opened by its name then, it would be a
    /// new one.
    /// </param>
    public void Rename(string path, bool staysOpen)
    {
        lock (_lock)
        {
            if (Files.FileExists(_path))
            {
                if (staysOpen)
                {
                    Open();
                }

                Files.MoveFile(_path, path);
            }

            _path = path;
        }
    }

    protected void AppendEntry(ReadOnlySpan<byte> entry)
    {
        lock (_lock)
        {
            _pending ??= new byte[BlockEntries * entrySize];
            if (_pendingCount * entrySize == _pending.Length && !MakeRoom())
            {
                return;
            }

            entry.CopyTo(_pending.AsSpan(_pendingCount * entrySize));
            _pendingCount++;
        }
    }

    /// <summary>Copies an entry; false where there is none.</summary>
    protected bool TryGet(int index, Span<byte> entry)
    {
        lock (_lock)
        {
            if (index < 0 || index >= _fileCount + _pendingCount)
            {
                return false;
            }

            Get(index, entry);
            return true;
        }
    }

    /// <summary>
    /// The last entry whose key is at most the target, where the key is the big-endian number at a place of the entry.
    /// </summary>
    protected bool TryFindLast(int keyAt, int keySize, long target, Span<byte> entry)
    {
        lock (_lock)
        {
            var low = 0;
            var high = _fileCount + _pendingCount;
            Span<byte> probe = stackalloc byte[entrySize];
            var found = false;
            while (low < high)
            {
                if (high <= _fileCount && high - low <= BlockEntries)
                {
                    return SearchBlock(low, high - low, keyAt, keySize, target, entry) || found;
                }

                var middle = low + ((high - low) / 2);
                Get(middle, probe);
                if (Key(probe, keyAt, keySize) <= target)
                {
                    probe.CopyTo(entry);
                    found = true;
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return found;
        }
    }

    private static int CountIn(IFileSystem files, string path, int entrySize) =>
        (int)(Math.Max(0, files.FileLength(path)) / entrySize);

    private static long Key(ReadOnlySpan<byte> entry, int keyAt, int keySize) => keySize == sizeof(int)
        ? BinaryPrimitives.ReadInt32BigEndian(entry[keyAt..])
        : BinaryPrimitives.ReadInt64BigEndian(entry[keyAt..]);

    private bool SearchBlock(int first, int count, int keyAt, int keySize, long target, Span<byte> entry)
    {
        Span<byte> block = stackalloc byte[count * entrySize];
        ReadFile(first, block);
        var low = 0;
        var high = count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Key(block[(middle * entrySize)..], keyAt, keySize) <= target)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == 0)
        {
            return false;
        }

        block.Slice((low - 1) * entrySize, entrySize).CopyTo(entry);
        return true;
    }

    private void Get(int index, Span<byte> entry)
    {
        if (index >= _fileCount)
        {
            _pending.AsSpan((index - _fileCount) * entrySize, entrySize).CopyTo(entry);
            return;
        }

        ReadFile(index, entry[..entrySize]);
    }

    private void ReadFile(int index, Span<byte> entries)
    {
        if (Open().Read(entries, (long)index * entrySize) != entries.Length)
        {
            throw new IOException($"'{_path}' is shorter than it was.");
        }
    }

    private bool MakeRoom()
    {
        try
        {
            WritePending();
            return true;
        }
        catch (IOException)
        {
            // A full disk: the entries wait. A sparser index still finds everything.
            if (_pendingCount < MaxPending)
            {
                Array.Resize(ref _pending, _pending!.Length * 2);
                return true;
            }

            return false;
        }
    }

    private void WritePending()
    {
        var file = Open();
        if (_pendingCount > 0)
        {
            file.Write(_pending.AsSpan(0, _pendingCount * entrySize), (long)_fileCount * entrySize);
            _fileCount += _pendingCount;
            _pendingCount = 0;
        }
    }

    private IFile Open() => _file ??= Files.OpenOrCreate(_path);

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }
}
