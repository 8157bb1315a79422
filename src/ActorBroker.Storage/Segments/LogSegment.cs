using ActorBroker.Core;
using ActorBroker.Storage.Files;
using ActorBroker.Storage.Indexes;

namespace ActorBroker.Storage.Segments;

/// <summary>
/// One segment: a <c>.log</c> file and its two indexes. One writer appends; readers lease it, which keeps the file open
/// whatever becomes of its name. Files are opened when first needed, so an idle segment holds no handle.
/// </summary>
internal sealed partial class LogSegment
{
    private readonly IFileSystem _files;
    private readonly Lock _fileLock = new();
    private readonly string _folder;
    private string _suffix;
    private IFile? _log;
    private int _leases = 1;
    private volatile SegmentTail _tail;
    private volatile SegmentTime _time = SegmentTime.None;
    private long _bytesSinceEntry;
    private long? _firstTimestampMs;

    /// <summary>Takes the files as they are; nothing is opened or created.</summary>
    public LogSegment(IFileSystem files, string folder, long baseOffset, long createdMs, string suffix = "")
    {
        _files = files;
        _folder = folder;
        _suffix = suffix;
        BaseOffset = baseOffset;
        CreatedMs = createdMs;
        _tail = new SegmentTail(Math.Max(0, files.FileLength(PathOf(LogFiles.Log))), baseOffset);
        OffsetIndex = new OffsetIndex(files, PathOf(LogFiles.OffsetIndex), baseOffset);
        TimeIndex = new TimeIndex(files, PathOf(LogFiles.TimeIndex), baseOffset);
    }

    public long BaseOffset { get; }

    /// <summary>When this broker first saw the segment, for a segment without timestamps.</summary>
    public long CreatedMs { get; }

    public OffsetIndex OffsetIndex { get; }

    public TimeIndex TimeIndex { get; }

    /// <summary>How far it is written.</summary>
    public SegmentTail Tail => _tail;

    /// <summary>The largest timestamp.</summary>
    public SegmentTime Time => _time;

    public long Size => _tail.Size;

    /// <summary>Where the <c>.log</c> file is now.</summary>
    public string LogPath => PathOf(LogFiles.Log);

    public FileStream? SendStream => Log().SendStream;

    /// <summary>Timestamp of the first batch, by which the segment rolls; -1 in an empty segment.</summary>
    public long FirstTimestampMs
    {
        get
        {
            if (_firstTimestampMs is { } known)
            {
                return known;
            }

            if (Size == 0)
            {
                return -1;
            }

            using var reader = new BatchReader(this, 0, Size, BatchReader.LookupChunk);
            _firstTimestampMs = reader.MoveNext() ? reader.Header.MaxTimestamp : -1;
            return _firstTimestampMs.Value;
        }
    }

    /// <summary>
    /// Keeps the segment's file open until <see cref="Release"/>; false when the log has let go of it.
    /// </summary>
    public bool TryAcquire()
    {
        var leases = Volatile.Read(ref _leases);
        while (leases > 0)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases)
            {
                return true;
            }

            leases = seen;
        }

        return false;
    }

    /// <summary>Gives a lease back; the last one closes the files. The log's own is the first.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
        {
            lock (_fileLock)
            {
                _log?.Dispose();
                _log = null;
            }

            OffsetIndex.Close();
            TimeIndex.Close();
        }
    }

    public void ReadExactly(Span<byte> destination, long position)
    {
        if (Log().Read(destination, position) != destination.Length)
        {
            throw new IOException($"'{LogPath}' ends before position {position + destination.Length}.");
        }
    }

    /// <summary>
    /// Makes the <c>.log</c> file exist, empty; its entry in the folder is durable after a sync of the folder.
    /// </summary>
    public void Create(bool keepOpen)
    {
        lock (_fileLock)
        {
            _log = _files.OpenOrCreate(LogPath);
            _log.SetLength(0);
            _tail = new SegmentTail(0, BaseOffset);
            if (!keepOpen)
            {
                _log.Dispose();
                _log = null;
            }
        }

        // A fault may have left files of that name behind.
        OffsetIndex.ResetIfAny();
        TimeIndex.ResetIfAny();
    }

    /// <summary>Makes the bytes durable, and the indexes of a segment that is not written any more.</summary>
    public void Flush(bool indexesToo)
    {
        Log().Flush();
        if (indexesToo)
        {
            FlushIndexes();
        }
    }

    /// <summary>Makes the indexes durable, and lets go of their handles.</summary>
    public void FlushIndexes()
    {
        OffsetIndex.Flush();
        TimeIndex.Flush();
        OffsetIndex.Close();
        TimeIndex.Close();
    }

    /// <summary>Before the folder gets another name: a slice that is out must find its file open.</summary>
    public void OpenForLeases()
    {
        if (Volatile.Read(ref _leases) > 1)
        {
            Log();
        }
    }

    /// <summary>The segment takes no more batches: completes the indexes and gives their buffers back.</summary>
    public void Seal()
    {
        TimeIndex.AppendIfLater(_time.TimestampMs, _time.Offset);
        OffsetIndex.Seal();
        TimeIndex.Seal();
    }

    /// <summary>
    /// Lets go of all handles until the next use. Before the segment is published: no reader may have it yet.
    /// </summary>
    public void Rest()
    {
        lock (_fileLock)
        {
            Invariant.Holds(_leases == 1);
            _log?.Dispose();
            _log = null;
        }

        OffsetIndex.Close();
        TimeIndex.Close();
    }

    /// <summary>Changes the suffix of the three files, the <c>.log</c> last or first as crash safety asks.</summary>
    public void ChangeSuffix(string suffix, bool logFirst)
    {
        lock (_fileLock)
        {
            // A reader that has leased the segment but not opened it yet must find it, and its place in it.
            _log ??= _files.OpenOrCreate(LogPath);
            var staysOpen = suffix == LogFiles.Deleted;
            var old = LogPath;
            _suffix = suffix;
            if (logFirst)
            {
                _files.MoveFile(old, LogPath);
            }

            OffsetIndex.Rename(PathOf(LogFiles.OffsetIndex), staysOpen);
            TimeIndex.Rename(PathOf(LogFiles.TimeIndex), staysOpen);
            if (!logFirst)
            {
                _files.MoveFile(old, LogPath);
            }
        }
    }

    /// <summary>Removes the files; leases keep reading.</summary>
    public void DeleteFiles()
    {
        _files.DeleteFile(LogPath);
        _files.DeleteFile(OffsetIndex.Path);
        _files.DeleteFile(TimeIndex.Path);
    }

    private string PathOf(string kind) => Path.Combine(_folder, LogFiles.Name(BaseOffset, kind) + _suffix);

    private IFile Log()
    {
        var log = Volatile.Read(ref _log);
        if (log is not null)
        {
            return log;
        }

        lock (_fileLock)
        {
            if (_log is null)
            {
                Volatile.Write(ref _log, _files.OpenOrCreate(LogPath));
            }

            return _log!;
        }
    }
}
