using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Files;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

// What runs on background threads beside writer and readers: flush, retention, removal of set-aside files.
public sealed partial class PartitionLog
{
    /// <summary>Makes durable what was appended before the call, and moves <see cref="RecoveryPoint"/> there.</summary>
    public void Flush()
    {
        lock (_flushLock)
        {
            ThrowIfUnusable();
            var target = LogEndOffset;
            if (target <= RecoveryPoint && !_folderDirty)
            {
                return;
            }

            try
            {
                var started = _time.GetTimestamp();
                Epochs.Flush();
                FlushUpTo(target);
                _instruments?.Flushed(_time, started);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // After a failed fsync the kernel may have dropped the bytes: only reading them again tells.
                _broken = true;
                PartitionLogLog.FlushFailed(_logger, Directory, error);
                throw;
            }
        }
    }

    /// <summary>
    /// Flushes, and lets go of all handles until the next use: before anybody else has the log. Most of many partitions
    /// are idle.
    /// </summary>
    public void FlushAndRest()
    {
        Flush();
        foreach (var segment in Segments)
        {
            segment.Rest();
        }
    }

    /// <summary>Rolls when the active segment's first batch is older than <c>segment.ms</c>.</summary>
    public bool RollIfExpired()
    {
        lock (_gate)
        {
            if (_closed || _broken || Active.Size == 0 || !RollRule.IsExpired(Active, _config, Directory, NowMs))
            {
                return false;
            }

            RollActive(_logEndOffset);
            return true;
        }
    }

    /// <summary>Removes segments by time, size and log start, never at or above the high watermark; how many.</summary>
    /// <param name="highWatermark">The bound.</param>
    /// <param name="byStartOnly">Only what lies below the log start: a follower's log begins where its leader's
    /// does.</param>
    public int ApplyRetention(long highWatermark, bool byStartOnly = false)
    {
        int count;
        lock (_gate)
        {
            if (_closed || _broken)
            {
                return 0;
            }

            count = CountExpired(highWatermark, byStartOnly);
            if (count == 0)
            {
                return 0;
            }

            if (count == _segments.Length)
            {
                RollActive(_logEndOffset);
            }

            Remove(_segments[..count], newestFirst: false, _config.FileDeleteDelayMs);
            _instruments?.Expired(count);
            Volatile.Write(ref _logStartOffset, Math.Max(_logStartOffset, _segments[0].BaseOffset));
            _changed = true;
        }

        var start = LogStartOffset;
        _snapshots.RemoveBelow(Segments is [var first, ..] ? first.BaseOffset : 0);
        Epochs.TruncateFromStart(start);
        PartitionLogLog.SegmentsRemoved(_logger, Directory, count, start);
        return count;
    }

    /// <summary>Files are set aside, and <see cref="DeleteExpiredFiles"/> will have something to remove.</summary>
    public bool HasDeletedFiles => !_deleted.IsEmpty;

    /// <summary>Removes files that were set aside longer than <c>file.delete.delay.ms</c> ago.</summary>
    public int DeleteExpiredFiles() => _deleted.RemoveDue(NowMs);

    private int CountExpired(long highWatermark, bool byStartOnly)
    {
        var config = _config;
        var nowMs = NowMs;
        var excess = config.RetentionBytes < 0 ? -1 : SizeInBytes - config.RetentionBytes;
        var count = 0;
        for (; count < _segments.Length; count++)
        {
            var segment = _segments[count];
            var isActive = count == _segments.Length - 1;
            var end = isActive ? _logEndOffset : _segments[count + 1].BaseOffset;
            if (end > highWatermark || (isActive && segment.Size == 0))
            {
                break;
            }

            var bySize = config.Delete && excess >= segment.Size && excess >= 0;
            var byStart = end <= _logStartOffset && !isActive;
            if (!byStart && (byStartOnly || (!bySize && !IsExpired(segment, config, nowMs))))
            {
                break;
            }

            excess -= segment.Size;
        }

        return count;
    }

    private bool IsExpired(LogSegment segment, LogConfig config, long nowMs)
    {
        if (!config.Delete || config.RetentionMs < 0)
        {
            return false;
        }

        var time = segment.Time.TimestampMs;
        return nowMs - (time >= 0 ? time : _files.LastWriteMs(segment.LogPath)) > config.RetentionMs;
    }

    /// <summary>Takes segments out of the log and sets their files aside.</summary>
    private void Remove(LogSegment[] removed, bool newestFirst, long delayMs)
    {
        if (removed.Length == 0)
        {
            return;
        }

        // Off the list first: from here on no reader takes a new lease.
        Volatile.Write(ref _segments, [.. _segments.Except(removed)]);
        var dueMs = NowMs + delayMs;
        foreach (var segment in newestFirst ? removed.Reverse() : removed)
        {
            segment.ChangeSuffix(LogFiles.Deleted, logFirst: true);
            _deleted.Add(segment, dueMs);
            segment.Release();
        }

        _folderDirty = true;
    }

    /// <summary>
    /// The last segment's indexes are left out, as they change. Where it was full meanwhile, and ends at the target,
    /// another look has to take them: no later flush or start does.
    /// </summary>
    private void FlushUpTo(long target)
    {
        while (true)
        {
            var segments = Segments;
            FlushSegments(segments, RecoveryPoint, target);
            FlushFolder();
            lock (_gate)
            {
                // Closed in the meantime: some segments may have been passed over.
                ThrowIfUnusable();
                if (segments[^1] == Active || segments[^1].BaseOffset >= target)
                {
                    Volatile.Write(ref _recoveryPoint, target);
                    return;
                }
            }
        }
    }

    private static void FlushSegments(LogSegment[] segments, long from, long target)
    {
        for (var i = Math.Max(0, Floor(segments, from)); i < segments.Length; i++)
        {
            var segment = segments[i];
            if (segment.BaseOffset > target || !segment.TryAcquire())
            {
                continue;
            }

            try
            {
                segment.Flush(indexesToo: i < segments.Length - 1);
            }
            finally
            {
                segment.Release();
            }
        }
    }

    private void FlushFolder()
    {
        if (_folderDirty)
        {
            _folderDirty = false;
            try
            {
                _files.SyncDirectory(Directory);
                _files.SyncDirectory(Path.GetDirectoryName(Directory)!);
            }
            catch
            {
                _folderDirty = true;
                throw;
            }
        }
    }
}
