namespace ActorBroker.Storage.Simulation;

// The faults: what arms them, and where they strike.
public sealed partial class MemoryFileSystem
{
    private int _writesUntilFault = -1;
    private int _bytesOfTornWrite;
    private int _syncsUntilFault = -1;

    /// <summary>Bytes that may still be written before the disk is full; null: no limit.</summary>
    public long? FreeBytes { get; set; }

    /// <summary>Every change is refused with <see cref="UnauthorizedAccessException"/>.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>The time that written files get, Unix milliseconds.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Writes to files so far, to aim faults by.</summary>
    public int Writes { get; private set; }

    /// <summary>Reads of files so far.</summary>
    public int Reads { get; internal set; }

    /// <summary>File syncs so far.</summary>
    public int Syncs { get; private set; }

    /// <summary>
    /// Called after each change of a name (create, move, delete), before the call returns; a test may crash here.
    /// </summary>
    public Action<string>? NameChanged { get; set; }

    /// <summary>
    /// The write after <paramref name="skip"/> more fails with an I/O error, having written a prefix.
    /// </summary>
    /// <param name="skip">Writes that still succeed.</param>
    /// <param name="prefix">Bytes of the failing write that reach the file.</param>
    public void FailWrite(int skip = 0, int prefix = 0)
    {
        lock (Gate)
        {
            _writesUntilFault = skip;
            _bytesOfTornWrite = prefix;
        }
    }

    /// <summary>The file sync after <paramref name="skip"/> more fails with an I/O error.</summary>
    public void FailSync(int skip = 0)
    {
        lock (Gate)
        {
            _syncsUntilFault = skip;
        }
    }

    /// <summary>Flips bits of one stored byte.</summary>
    public void Corrupt(string path, long position, byte mask = 0xFF)
    {
        lock (Gate)
        {
            Node(path).Corrupt(position, mask);
        }
    }

    /// <summary>
    /// Power loss: unsynced names and bytes are gone, all handles and locks are dead. Of each file's unsynced appended
    /// tail
    /// <paramref name="keepTail"/> may keep a prefix, as a disk that had begun to write would; by default none of it.
    /// </summary>
    public void Crash(Func<string, int, int>? keepTail = null)
    {
        lock (Gate)
        {
            Generation++;
            _locks.Clear();
            _files.Clear();
            foreach (var (path, node) in _durableFiles)
            {
                _files[path] = node;
                node.Crash(unsynced => keepTail?.Invoke(path, unsynced) ?? 0);
            }
        }
    }

    /// <summary>The process dies, the machine lives: all written bytes stay, handles and locks are dead.</summary>
    public void Kill()
    {
        lock (Gate)
        {
            Generation++;
            _locks.Clear();
        }
    }

    /// <summary>
    /// Accounts for a write under the lock; how many bytes may be written, and the fault to raise after.
    /// </summary>
    internal (int Bytes, IOException? Fault) Admit(string path, int length, long growth)
    {
        ThrowIfReadOnly(path);
        Writes++;
        if (_writesUntilFault >= 0 && _writesUntilFault-- == 0)
        {
            return (Math.Min(length, _bytesOfTornWrite), new IOException($"Simulated I/O error on '{path}'."));
        }

        if (FreeBytes is { } free && growth > free)
        {
            // A torn write may have left less than nothing.
            return (Math.Max(0, length - (int)(growth - free)), DiskFull.Error(path));
        }

        return (length, null);
    }

    internal void AdmitSync(string path)
    {
        Syncs++;
        if (_syncsUntilFault >= 0 && _syncsUntilFault-- == 0)
        {
            throw new IOException($"Simulated I/O error on the sync of '{path}'.");
        }
    }

    internal void ThrowIfReadOnly(string path)
    {
        if (IsReadOnly)
        {
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
        }
    }
}
