using ActorBroker.Core;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage;

/// <summary>One entry of <c>log.dirs</c>, locked for this broker: its identity, its checkpoints and its partitions.</summary>
public sealed class LogDirectory : IDisposable
{
    /// <summary>Creates the folder if need be, locks it, checks whose it is, and reads its checkpoints.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="files">The disk.</param>
    /// <param name="clusterId">The cluster that the folder must belong to; null: as stored, or a new one.</param>
    /// <param name="brokerId">The broker that the folder must belong to.</param>
    /// <param name="logger">Where strays and leftovers are reported.</param>
    /// <exception cref="DirectoryLockedException">Another broker owns the folder.</exception>
    /// <exception cref="LogDirectoryException">The folder can't be used; the message says what to do.</exception>
    public static LogDirectory Open(
        string path, IFileSystem files, string? clusterId, int brokerId, ILogger? logger = null) =>
        throw new NotImplementedException();

    /// <summary>The folder.</summary>
    public string Path => throw new NotImplementedException();

    /// <summary>The cluster's id.</summary>
    public string ClusterId => throw new NotImplementedException();

    /// <summary>The folder's own id.</summary>
    public Guid DirectoryId => throw new NotImplementedException();

    /// <summary>The previous broker stopped cleanly.</summary>
    public bool WasCleanShutdown => throw new NotImplementedException();

    /// <summary>As read at open or last written: everything below is flushed.</summary>
    public IReadOnlyDictionary<TopicPartition, long> RecoveryPoints => throw new NotImplementedException();

    /// <summary>As read at open or last written.</summary>
    public IReadOnlyDictionary<TopicPartition, long> HighWatermarks => throw new NotImplementedException();

    /// <summary>As read at open or last written: starts that DeleteRecords moved.</summary>
    public IReadOnlyDictionary<TopicPartition, long> LogStartOffsets => throw new NotImplementedException();

    /// <summary>As read at open or last written: first dirty offsets of compacted logs.</summary>
    public IReadOnlyDictionary<TopicPartition, long> CleanerOffsets => throw new NotImplementedException();

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteRecoveryPoints(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        throw new NotImplementedException();

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteHighWatermarks(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        throw new NotImplementedException();

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteLogStartOffsets(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        throw new NotImplementedException();

    /// <summary>Replaces the checkpoint in one durable step.</summary>
    public void WriteCleanerOffsets(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        throw new NotImplementedException();

    /// <summary>The partitions that have a folder here, by name.</summary>
    public IReadOnlyList<PartitionFolder> ListPartitions() => throw new NotImplementedException();

    /// <summary>Where the partition's folder is, or would be.</summary>
    public string PathOf(TopicPartition partition) => throw new NotImplementedException();

    /// <summary>Size and free space of the volume, in bytes; (-1, -1) where unknown.</summary>
    public (long TotalBytes, long UsableBytes) Volume() => throw new NotImplementedException();

    /// <summary>Notes that all logs were closed cleanly; the next open reports it, once.</summary>
    public void MarkCleanShutdown() => throw new NotImplementedException();

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => throw new NotImplementedException();
}
