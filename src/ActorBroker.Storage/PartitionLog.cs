using ActorBroker.Core.Configuration;
using ActorBroker.Core.Producers;
using ActorBroker.Storage.Files;
using ActorBroker.Storage.Recovery;
using ActorBroker.Storage.Segments;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Storage;

/// <summary>
/// One partition's log: a folder of segments in Kafka's own formats. One writer appends, truncates and moves the start;
/// readers on any thread read without locks; flush, retention and cleaning run beside both.
/// </summary>
/// <remarks>
/// Two locks, taken in this order: <c>_flushLock</c> (flush against truncation) and <c>_gate</c> (whatever changes the
/// list of segments or their ends). No fsync of segment data happens under <c>_gate</c>. Readers take neither: they
/// lease a segment from a copy-on-write array and look at its published tail.
/// </remarks>
public sealed partial class PartitionLog : IDisposable
{
    private readonly IFileSystem _files;
    private readonly IProducerState _producers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StorageInstruments? _instruments;
    private readonly ProducerSnapshots _snapshots;
    private readonly DeletedFiles _deleted;
    private readonly Lock _gate = new();
    private readonly Lock _flushLock = new();
    private LogSegment[] _segments;
    private LogConfig _config;
    private long _logStartOffset;
    private long _logEndOffset;
    private long _recoveryPoint;
    private bool _changed;
    private bool _snapshotDue;
    private volatile bool _folderDirty;
    private volatile bool _broken;
    private volatile bool _closed;

    private PartitionLog(PartitionLogOptions options, ILogger logger, RecoveredLog recovered, Guid topicId)
    {
        _files = options.FileSystem;
        _producers = options.Producers;
        _time = options.Time;
        _logger = logger;
        _instruments = options.Instruments;
        _config = options.Config;
        _snapshots = recovered.Snapshots;
        _segments = recovered.Segments;
        _logStartOffset = recovered.LogStartOffset;
        _logEndOffset = recovered.LogEndOffset;
        _recoveryPoint = Math.Min(options.CleanShutdown ? long.MaxValue : options.RecoveryPoint, _logEndOffset);
        _changed = recovered.Changed || !options.CleanShutdown;
        // Whoever had the log before may have made files and died before it synced the folder.
        _folderDirty = _changed;
        _deleted = new DeletedFiles(logger);
        Directory = options.Directory;
        TopicId = topicId;
        Epochs = recovered.Epochs;
        foreach (var segment in recovered.Dropped)
        {
            _deleted.Add(segment, NowMs + _config.FileDeleteDelayMs);
        }
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>The settings in force.</summary>
    public LogConfig Config => Volatile.Read(ref _config);

    /// <summary>The id that the folder's <c>partition.metadata</c> holds; empty without one.</summary>
    public Guid TopicId { get; }

    /// <summary>The first offset that may be read.</summary>
    public long LogStartOffset => Volatile.Read(ref _logStartOffset);

    /// <summary>The offset that the next record gets.</summary>
    public long LogEndOffset => Volatile.Read(ref _logEndOffset);

    /// <summary>Everything below is on the disk.</summary>
    public long RecoveryPoint => Volatile.Read(ref _recoveryPoint);

    /// <summary>Bytes of all segments' <c>.log</c> files.</summary>
    public long SizeInBytes => Segments.Sum(static segment => segment.Size);

    /// <summary>Segments, the active one included.</summary>
    public int SegmentCount => Segments.Length;

    /// <summary>
    /// A write failed and could not be undone, or a flush failed: reads go on, appends are refused; reopen.
    /// </summary>
    public bool IsBroken => _broken;

    /// <summary>The leader epochs.</summary>
    public LeaderEpochCache Epochs { get; }

    /// <summary>A snapshot, oldest first; the last one is active. Empty when the log is closed.</summary>
    internal LogSegment[] Segments => Volatile.Read(ref _segments);

    private LogSegment Active => _segments[^1];

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Opens the folder's log, or makes a new one, and recovers what an unclean stop left behind.</summary>
    public static PartitionLog Open(PartitionLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var logger = options.Logger ?? NullLogger.Instance;
        var started = options.Time.GetTimestamp();
        options.FileSystem.CreateDirectory(options.Directory);
        var topicId = PartitionMetadata.Reconcile(options.FileSystem, options.Directory, options.TopicId);
        var log = new PartitionLog(options, logger, new LogRecovery(options, logger).Run(), topicId);
        options.Instruments?.Opened(options.Time, started);
        return log;
    }

    /// <summary>Takes changed settings; they count from the next call on.</summary>
    public void UpdateConfig(LogConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        lock (_gate)
        {
            Volatile.Write(ref _config, config);
            foreach (var segment in _segments)
            {
                segment.IndexIntervalBytes = config.IndexIntervalBytes;
            }
        }
    }

    /// <summary>Stops cleanly: flushes, completes the indexes, stores the producers, closes the files.</summary>
    public void Close()
    {
        lock (_flushLock)
        {
            if (_closed)
            {
                return;
            }

            if (_broken)
            {
                Dispose();
                throw new IOException($"The log in '{Directory}' is broken and can't be closed cleanly.");
            }

            try
            {
                if (_changed)
                {
                    StoreAll();
                }
            }
            finally
            {
                Dispose();
            }
        }
    }

    /// <summary>Just closes the files, as a crash would.</summary>
    public void Dispose()
    {
        LogSegment[] segments;
        lock (_gate)
        {
            _closed = true;
            segments = _segments;
            Volatile.Write(ref _segments, []);
        }

        foreach (var segment in segments)
        {
            segment.Release();
        }
    }

    /// <summary>
    /// For a deleted topic: closes the log and renames its folder to <c>NAME.UUID-delete</c>. The caller removes the
    /// folder after <c>file.delete.delay.ms</c>; a start removes leftovers.
    /// </summary>
    /// <returns>The folder's new path.</returns>
    public string MoveAside()
    {
        lock (_flushLock)
        {
            foreach (var segment in Segments)
            {
                segment.OpenForLeases();
            }

            Dispose();
            var parent = Path.GetDirectoryName(Directory)!;
            var aside = Path.Combine(parent, FolderName.Aside(Path.GetFileName(Directory), Guid.NewGuid()));
            _files.MoveDirectory(Directory, aside);
            _files.SyncDirectory(parent);
            return aside;
        }
    }

    private void StoreAll()
    {
        lock (_gate)
        {
            Active.Seal();
            foreach (var segment in _segments)
            {
                segment.FlushIndexes();
            }

            _folderDirty = true;
        }

        var end = LogEndOffset;
        var entries = _producers.Snapshot();
        if (entries.All(entry => entry.LastOffset < end))
        {
            _snapshots.Write(end, entries, durable: true);
        }

        Flush();
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_broken)
        {
            throw new IOException($"The log in '{Directory}' is broken by an earlier fault and must be reopened.");
        }
    }
}
