using System.Globalization;
using System.Text.Json;
using ActorBroker.Records;
using ActorBroker.Storage.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Storage;

/// <summary>
/// One entry of <c>log.dirs</c>, locked for this broker: its identity, its checkpoints and its partitions.
/// </summary>
public sealed class LogDirectory : IDisposable
{
    /// <summary>The folder beside the partitions' that holds the broker's catalogue.</summary>
    public const string CatalogueFolder = "catalogue";

    private const string LockName = ".lock";
    private const string ProbeName = ".probe";
    private const string CleanShutdownName = ".kafka_cleanshutdown";
    private const string RecoveryPointsName = "recovery-point-offset-checkpoint";
    private const string HighWatermarksName = "replication-offset-checkpoint";
    private const string LogStartOffsetsName = "log-start-offset-checkpoint";
    private const string CleanerOffsetsName = "cleaner-offset-checkpoint";

    private readonly IFileSystem _files;
    private readonly ILogger _logger;
    private readonly IDisposable _lock;
    private readonly OffsetCheckpoint _recoveryPoints;
    private readonly OffsetCheckpoint _highWatermarks;
    private readonly OffsetCheckpoint _logStartOffsets;
    private readonly OffsetCheckpoint _cleanerOffsets;

    private LogDirectory(
        string path, IFileSystem files, IDisposable ownership, string? clusterId, int brokerId, ILogger logger)
    {
        Path = path;
        _files = files;
        _logger = logger;
        _lock = ownership;
        var identity = MetaProperties.Reconcile(files, path, clusterId, brokerId);
        ClusterId = identity.ClusterId;
        DirectoryId = identity.DirectoryId;
        CleanShutdownEpoch = TakeMarker();
        _recoveryPoints = Checkpoint(RecoveryPointsName);
        _highWatermarks = Checkpoint(HighWatermarksName);
        _logStartOffsets = Checkpoint(LogStartOffsetsName);
        _cleanerOffsets = Checkpoint(CleanerOffsetsName);
        RemoveLeftovers();
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The cluster's id.</summary>
    public string ClusterId { get; }

    /// <summary>The folder's own id.</summary>
    public Guid DirectoryId { get; }

    /// <summary>The previous broker stopped cleanly: the logs here are whole.</summary>
    public bool WasCleanShutdown => CleanShutdownEpoch is not null;

    /// <summary>
    /// The broker epoch of the life that left the logs here, if it stopped cleanly (KIP-966); -1: it is not named.
    /// Another life may have come after it on another disk.
    /// </summary>
    public long? CleanShutdownEpoch { get; }

    /// <summary>As read at open or last written: everything below is flushed.</summary>
    public IReadOnlyDictionary<TopicPartition, long> RecoveryPoints => _recoveryPoints.Offsets;

    /// <summary>As read at open or last written.</summary>
    public IReadOnlyDictionary<TopicPartition, long> HighWatermarks => _highWatermarks.Offsets;

    /// <summary>As read at open or last written: starts that DeleteRecords moved.</summary>
    public IReadOnlyDictionary<TopicPartition, long> LogStartOffsets => _logStartOffsets.Offsets;

    /// <summary>As read at open or last written: first dirty offsets of compacted logs.</summary>
    public IReadOnlyDictionary<TopicPartition, long> CleanerOffsets => _cleanerOffsets.Offsets;

    /// <summary>Creates the folder if need be, locks it, checks whose it is, and reads its checkpoints.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="files">The disk.</param>
    /// <param name="clusterId">The cluster that the folder must belong to; null: as stored, or a new one.</param>
    /// <param name="brokerId">The broker that the folder must belong to.</param>
    /// <param name="logger">Where strays and leftovers are reported.</param>
    /// <exception cref="DirectoryLockedException">Another broker owns the folder.</exception>
    /// <exception cref="LogDirectoryException">The folder can't be used; the message says what to do.</exception>
    public static LogDirectory Open(
        string path, IFileSystem files, string? clusterId, int brokerId, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        IDisposable? ownership = null;
        try
        {
            files.CreateDirectory(path);
            ownership = files.TryLock(System.IO.Path.Combine(path, LockName))
                ?? throw new DirectoryLockedException(
                    $"The data folder '{path}' is in use by another broker: stop that one, or set another log.dirs.");
            return new LogDirectory(path, files, ownership, clusterId, brokerId, logger ?? NullLogger.Instance);
        }
        catch (Exception error)
        {
            ownership?.Dispose();
            if (error is LogDirectoryException || error is not (IOException or UnauthorizedAccessException))
            {
                throw;
            }

            throw new LogDirectoryException(
                $"The data folder '{path}' can't be used ({error.Message.TrimEnd('.')}): "
                + "make it writable for this user, or set another log.dirs.",
                error);
        }
    }

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteRecoveryPoints(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        _recoveryPoints.Write(offsets);

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteHighWatermarks(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        _highWatermarks.Write(offsets);

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteLogStartOffsets(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        _logStartOffsets.Write(offsets);

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteCleanerOffsets(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        _cleanerOffsets.Write(offsets);

    /// <summary>Drops the partitions from every checkpoint; durable on return.</summary>
    public void Forget(IReadOnlySet<TopicPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        foreach (var checkpoint in (OffsetCheckpoint[])[
            _recoveryPoints, _highWatermarks, _logStartOffsets, _cleanerOffsets])
        {
            if (partitions.Any(checkpoint.Offsets.ContainsKey))
            {
                checkpoint.Write(checkpoint.Offsets.Where(row => !partitions.Contains(row.Key)).ToDictionary());
            }
        }
    }

    /// <summary>
    /// The partitions that have a folder here, by name. Folders that are none are left alone, and reported.
    /// </summary>
    public IReadOnlyList<PartitionFolder> ListPartitions()
    {
        var partitions = new List<PartitionFolder>();
        foreach (var name in _files.ListDirectories(Path).Order(StringComparer.Ordinal))
        {
            var folder = System.IO.Path.Combine(Path, name);
            if (FolderName.TryParse(name, out var partition))
            {
                partitions.Add(new PartitionFolder(partition, folder, PartitionMetadata.Read(_files, folder)));
            }
            else if (name != CatalogueFolder)
            {
                LogDirectoryLog.UnknownFolder(_logger, folder);
            }
        }

        return partitions;
    }

    /// <summary>
    /// Removes a partition's folder, if there is one. It loses its name first, for good: a loss of power must not bring
    /// a part of it back, which a later topic of that name would take for its own.
    /// </summary>
    public void RemovePartition(TopicPartition partition, Guid topicId)
    {
        var folder = PathOf(partition);
        if (_files.DirectoryExists(folder))
        {
            var aside = System.IO.Path.Combine(Path, FolderName.Aside(partition.ToString(), topicId));
            _files.MoveDirectory(folder, aside);
            _files.SyncDirectory(Path);
            _files.DeleteDirectory(aside);
        }
    }

    /// <summary>Where the partition's folder is, or would be.</summary>
    public string PathOf(TopicPartition partition) => System.IO.Path.Combine(Path, partition.ToString());

    /// <summary>Size and free space of the volume, in bytes; (-1, -1) where unknown.</summary>
    public (long TotalBytes, long UsableBytes) Volume() => _files.Volume(Path);

    /// <summary>Tries to write and remove a small file; one caller at a time.</summary>
    public bool CanWrite()
    {
        var probe = System.IO.Path.Combine(Path, ProbeName);
        try
        {
            AtomicFile.Write(_files, probe, "Written to see whether this disk works.");
            _files.DeleteFile(probe);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Notes that all logs were closed cleanly; the next open reports it, once.</summary>
    /// <param name="brokerEpoch">The life that ends.</param>
    public void MarkCleanShutdown(long brokerEpoch) => AtomicFile.Write(
        _files,
        System.IO.Path.Combine(Path, CleanShutdownName),
        string.Create(CultureInfo.InvariantCulture, $$"""{"version":0,"brokerEpoch":{{brokerEpoch}}}"""));

    /// <summary>A start that failed before any log was opened leaves the folder as clean as it was.</summary>
    public void PutMarkerBack()
    {
        if (CleanShutdownEpoch is { } epoch)
        {
            MarkCleanShutdown(epoch);
        }
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => _lock.Dispose();

    private OffsetCheckpoint Checkpoint(string name) => new(_files, System.IO.Path.Combine(Path, name));

    private long? TakeMarker()
    {
        var marker = System.IO.Path.Combine(Path, CleanShutdownName);
        if (AtomicFile.Read(_files, marker) is not { } content)
        {
            return null;
        }

        // Gone for good before anything is written: a crash from here on must be seen as one.
        _files.DeleteFile(marker);
        _files.SyncDirectory(Path);
        return EpochIn(content);
    }

    /// <summary>Kafka's own marker may name none; that the logs are whole it says all the same.</summary>
    private static long EpochIn(byte[] marker)
    {
        try
        {
            using var json = JsonDocument.Parse(marker);
            return json.RootElement.GetProperty("brokerEpoch").GetInt64();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException)
        {
            return -1;
        }
    }

    private void RemoveLeftovers()
    {
        foreach (var name in _files.ListDirectories(Path).ToList())
        {
            if (name.EndsWith(FolderName.AsideSuffix, StringComparison.Ordinal) && name.Contains('.'))
            {
                var folder = System.IO.Path.Combine(Path, name);
                LogDirectoryLog.LeftoverRemoved(_logger, folder);
                _files.DeleteDirectory(folder);
            }
        }
    }
}
