using ActorBroker.Storage.Files;
using ActorBroker.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage.Recovery;

/// <summary>
/// Opens a partition's folder. After a clean stop the files are taken at their word; else every batch from the segment
/// of the recovery point on is read and checked, the log is cut at the first one that is not whole, and what came after
/// it is dropped. Nothing that was flushed is ever cut, unless the disk has lost it.
/// </summary>
internal sealed class LogRecovery(PartitionLogOptions options, ILogger logger)
{
    private readonly IFileSystem _files = options.FileSystem;
    private readonly string _folder = options.Directory;
    private readonly long _nowMs = options.Time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly List<LogSegment> _dropped = [];
    private bool _changed;

    public RecoveredLog Run()
    {
        var folder = new FolderCleaner(_files, _folder, _nowMs, logger);
        var segments = folder.Clean().Select(NewSegment).ToList();
        _changed = folder.Changed;
        var epochs = new LeaderEpochCache(_files, Path.Combine(_folder, LogFiles.EpochCheckpoint));
        var snapshots = new ProducerSnapshots(_files, _folder, _files.ListFiles(_folder));
        if (segments.Count == 0)
        {
            segments.Add(Create(options.LogStartOffset));
        }

        Load(segments, epochs);
        var end = segments[^1].Tail.NextOffset;
        var start = Math.Max(options.LogStartOffset, segments[0].BaseOffset);
        if (start > end)
        {
            // Offsets below the start were given away long ago and must not be given again.
            PartitionLogLog.StartAboveEnd(logger, _folder, start, end);
            Drop(segments, 0);
            segments.Add(Create(start));
            end = start;
        }

        RecoverEpochs(epochs, segments, start, end);
        ProducerReplay.Run(options.Producers, snapshots, segments, end);
        if (end < options.RecoveryPoint)
        {
            PartitionLogLog.FlushedDataLost(logger, _folder, options.RecoveryPoint, end);
        }

        // Most of many partitions are idle: one that is opened holds no handle until it is used.
        foreach (var segment in segments)
        {
            segment.Rest();
        }

        return new RecoveredLog([.. segments], epochs, snapshots, _dropped, start, end, _changed);
    }

    private void Load(List<LogSegment> segments, LeaderEpochCache epochs)
    {
        var scanFrom = options.CleanShutdown
            ? segments.Count
            : Math.Max(0, segments.FindLastIndex(segment => segment.BaseOffset <= options.RecoveryPoint));
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            var isLast = i == segments.Count - 1;
            var nextBase = isLast ? -1 : segments[i + 1].BaseOffset;
            if (i < scanFrom && TryTrust(segment, nextBase))
            {
                continue;
            }

            if (i < scanFrom && !isLast)
            {
                Reindex(segment);
                segment.LoadSealed(nextBase);
                continue;
            }

            var whole = Scan(segment, nextBase, epochs);
            var next = segment.Tail.NextOffset;

            // Below the recovery point compaction leaves gaps; above it a gap is a lost tail.
            if (!isLast && (!whole || next > nextBase || (next < nextBase && nextBase > options.RecoveryPoint)))
            {
                PartitionLogLog.SegmentsDropped(logger, _folder, segments.Count - 1 - i, next);
                Drop(segments, i + 1);
            }
            else if (!isLast)
            {
                segment.Seal();
                segment.LoadSealed(nextBase);
            }
        }
    }

    private static bool TryTrust(LogSegment segment, long nextBase)
    {
        if (segment.OffsetIndex.IsDamaged(segment.Size) || segment.TimeIndex.IsDamaged(segment.Size))
        {
            return false;
        }

        if (nextBase >= 0)
        {
            segment.LoadSealed(nextBase);
            return true;
        }

        var whole = segment.LoadTail();
        segment.OffsetIndex.Close();
        segment.TimeIndex.Close();
        return whole;
    }

    /// <summary>
    /// Rebuilds the indexes of a segment below the recovery point. Its bytes were flushed: none is cut.
    /// </summary>
    private void Reindex(LogSegment segment)
    {
        segment.BeginRebuild();
        using var reader = new BatchReader(segment, 0, segment.Size);
        while (reader.MoveNext())
        {
            segment.Rebuild(reader.Header, reader.Position);
        }

        if (reader.Fault is { } fault)
        {
            PartitionLogLog.Damaged(logger, segment.LogPath, reader.Position, fault);
        }

        segment.Seal();
        segment.FlushIndexes();
        _changed = true;
    }

    /// <summary>
    /// Compaction leaves gaps below the recovery point of its time. The checkpoint may hold an older one, or be lost,
    /// but compaction never touches the last segment.
    /// </summary>
    private long GapsUpTo(long nextBase) =>
        options.Config.Compact ? Math.Max(options.RecoveryPoint, nextBase) : options.RecoveryPoint;

    /// <summary>
    /// Checks every batch, rebuilds the indexes and cuts at the first bad one; false if there was one.
    /// </summary>
    private bool Scan(LogSegment segment, long nextBase, LeaderEpochCache epochs)
    {
        var size = segment.Size;
        var check = new BatchCheck(GapsUpTo(nextBase), segment.BaseOffset, epochs, options.LatestLeaderEpoch);
        segment.BeginRebuild();
        using var reader = new BatchReader(segment, 0, size);
        string? fault = null;
        while (fault is null && reader.MoveNext())
        {
            fault = check.Fault(reader.Header, reader.Batch().Span);
            if (fault is null)
            {
                segment.Rebuild(reader.Header, reader.Position);
            }
        }

        fault ??= reader.Fault;
        if (fault is not null)
        {
            PartitionLogLog.Cut(logger, segment.LogPath, reader.Position, size - reader.Position, fault);
            _changed = true;
        }

        segment.FinishRebuild(reader.Position, check.NextOffset);
        return fault is null;
    }

    private static void RecoverEpochs(LeaderEpochCache epochs, List<LogSegment> segments, long start, long end)
    {
        if (epochs.Latest is null && RebuildEpochs(epochs, segments))
        {
            epochs.Save();
        }
        else if (epochs.Entries is [var first, ..] && start < first.StartOffset)
        {
            // The log's start is known from before it was last moved: the records in between are back.
            epochs.Prepend(EpochsOf(segments, start, first));
        }

        // An epoch that begins at the end and has no record yet is true all the same: it stays, and an idle log's start
        // writes nothing.
        epochs.TruncateFromEnd(end + 1);
        epochs.TruncateFromStart(start);
    }

    private static bool RebuildEpochs(LeaderEpochCache epochs, List<LogSegment> segments)
    {
        var found = false;
        foreach (var segment in segments)
        {
            using var reader = new BatchReader(segment, 0, segment.Size, BatchReader.LookupChunk);
            while (reader.MoveNext())
            {
                found |= reader.Header.PartitionLeaderEpoch >= 0
                    && epochs.Stage(reader.Header.PartitionLeaderEpoch, reader.Header.BaseOffset);
            }
        }

        return found;
    }

    /// <summary>The epochs of the records from the start up to where the first known one begins.</summary>
    private static List<EpochEntry> EpochsOf(List<LogSegment> segments, long start, EpochEntry firstKnown)
    {
        var found = new List<EpochEntry>();
        foreach (var segment in segments)
        {
            using var reader = new BatchReader(segment, 0, segment.Size, BatchReader.LookupChunk);
            while (reader.MoveNext() && reader.Header.BaseOffset < firstKnown.StartOffset)
            {
                var epoch = reader.Header.PartitionLeaderEpoch;
                if (reader.Header.NextOffset > start && epoch > (found is [.., var last] ? last.Epoch : -1) &&
                    epoch <= firstKnown.Epoch)
                {
                    found.Add(new EpochEntry(epoch, Math.Max(start, reader.Header.BaseOffset)));
                }
            }
        }

        return found;
    }

    private void Drop(List<LogSegment> segments, int from)
    {
        for (var i = segments.Count - 1; i >= from; i--)
        {
            segments[i].ChangeSuffix(LogFiles.Deleted, logFirst: true);
            segments[i].Release();
            _dropped.Add(segments[i]);
        }

        segments.RemoveRange(from, segments.Count - from);
        _changed = true;
    }

    private LogSegment Create(long baseOffset)
    {
        var segment = NewSegment(baseOffset);
        segment.Create(keepOpen: false);
        _changed = true;
        return segment;
    }

    private LogSegment NewSegment(long baseOffset) => new(_files, _folder, baseOffset, _nowMs)
    {
        IndexIntervalBytes = options.Config.IndexIntervalBytes,
    };
}
