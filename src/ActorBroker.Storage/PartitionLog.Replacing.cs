using ActorBroker.Core;
using ActorBroker.Storage.Files;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

// Compaction's hold on the log: it writes a .cleaned segment beside, then swaps it in, in steps that a crash may part.
public sealed partial class PartitionLog
{
    /// <summary>
    /// A new segment under <c>.cleaned</c> names, for the cleaner to append to and to pass to
    /// <see cref="ReplaceSegments"/> or <see cref="DiscardCleaned"/>. A start discards what is left of it.
    /// </summary>
    internal LogSegment CreateCleanedSegment(long baseOffset)
    {
        DeleteFilesOf(baseOffset, LogFiles.Cleaned);
        var segment = new LogSegment(_files, Directory, baseOffset, NowMs, LogFiles.Cleaned)
        {
            IndexIntervalBytes = Config.IndexIntervalBytes,
        };
        segment.Create(keepOpen: true);
        return segment;
    }

    /// <summary>Removes a cleaned segment that is not to be used.</summary>
    internal static void DiscardCleaned(LogSegment cleaned)
    {
        cleaned.Release();
        cleaned.DeleteFiles();
    }

    /// <summary>
    /// Puts a cleaned segment in the place of neighbouring inactive ones, the first of which has the same base offset.
    /// False, and the cleaned segment is discarded, where the log no longer has all of them.
    /// </summary>
    /// <remarks>
    /// Crash-safe: the cleaned files are synced first; the rename of the <c>.log</c> to <c>.swap</c>, made durable, is
    /// the point of no return, from which a start completes the swap. Everything replaced is flushed beforehand, since
    /// recovery takes gaps between offsets only below the recovery point.
    /// </remarks>
    internal bool ReplaceSegments(IReadOnlyList<LogSegment> replaced, LogSegment cleaned)
    {
        ArgumentNullException.ThrowIfNull(replaced);
        ArgumentNullException.ThrowIfNull(cleaned);
        Invariant.Holds(replaced.Count > 0 && replaced[0].BaseOffset == cleaned.BaseOffset);
        Flush();
        cleaned.Seal();
        cleaned.Flush(indexesToo: true);
        lock (_flushLock)
        {
            lock (_gate)
            {
                var at = Array.IndexOf(_segments, replaced[0]);
                if (_closed || _broken || !HasAll(replaced, at))
                {
                    DiscardCleaned(cleaned);
                    return false;
                }

                SwapIn(replaced, cleaned, at);
                return true;
            }
        }
    }

    private bool HasAll(IReadOnlyList<LogSegment> replaced, int at)
    {
        if (at < 0 || at + replaced.Count >= _segments.Length)
        {
            return false;
        }

        for (var i = 0; i < replaced.Count; i++)
        {
            if (_segments[at + i] != replaced[i])
            {
                return false;
            }
        }

        return _segments[at + replaced.Count].BaseOffset <= _recoveryPoint;
    }

    private void SwapIn(IReadOnlyList<LogSegment> replaced, LogSegment cleaned, int at)
    {
        try
        {
            cleaned.ChangeSuffix(LogFiles.Swap, logFirst: false);
            _files.SyncDirectory(Directory);
            var nextBase = _segments[at + replaced.Count].BaseOffset;
            cleaned.LoadSealed(nextBase);
            Volatile.Write(
                ref _segments, [.. _segments[..at], cleaned, .. _segments[(at + replaced.Count)..]]);
            var dueMs = NowMs + _config.FileDeleteDelayMs;
            foreach (var segment in replaced)
            {
                segment.ChangeSuffix(LogFiles.Deleted, logFirst: true);
                _deleted.Add(segment, dueMs);
                segment.Release();
            }

            cleaned.ChangeSuffix("", logFirst: false);
            _files.SyncDirectory(Directory);
            _changed = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whatever step was reached, a start completes or discards it.
            _broken = true;
            PartitionLogLog.UndoFailed(_logger, Directory, error);
            throw;
        }
    }

    private void DeleteFilesOf(long baseOffset, string suffix)
    {
        foreach (var kind in (string[])[LogFiles.Log, LogFiles.OffsetIndex, LogFiles.TimeIndex])
        {
            _files.DeleteFile(Path.Combine(Directory, LogFiles.Name(baseOffset, kind) + suffix));
        }
    }
}
