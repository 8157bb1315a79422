using ActorBroker.Core;
using ActorBroker.Records;
using ActorBroker.Storage.Recovery;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

// The writer's side: one caller at a time, the partition's turn.
public sealed partial class PartitionLog
{
    /// <summary>
    /// Appends batches that already have their offsets (consecutive from <see cref="LogEndOffset"/>) and leader epoch,
    /// with one gathered write per segment. After an <see cref="IOException"/> nothing was appended and the log end has
    /// not moved.
    /// </summary>
    /// <param name="batches">Each one whole.</param>
    /// <param name="allowGaps">
    /// Offsets may be missing, as in what a leader has compacted. Recovery takes gaps only below the recovery point: to
    /// keep what follows one, flush, and make the new recovery point durable.
    /// </param>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> batches, bool allowGaps = false)
    {
        ArgumentNullException.ThrowIfNull(batches);
        if (batches.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            ThrowIfUnusable();
            var first = Active;
            var mark = first.Mark();
            var started = _time.GetTimestamp();
            try
            {
                var next = WriteAll(batches, allowGaps);
                _instruments?.Appended(_time, started);
                _changed = true;
                Volatile.Write(ref _logEndOffset, next);
            }
            catch
            {
                Undo(first, mark);
                throw;
            }
        }

        StoreSnapshotIfDue();
    }

    /// <summary>Starts a new segment; an empty active one is kept.</summary>
    public void Roll()
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            RollActive(LogEndOffset);
        }

        StoreSnapshotIfDue();
    }

    /// <summary>Drops everything from the offset on, whole batches only; producers and epochs follow.</summary>
    public void TruncateTo(long offset)
    {
        ThrowIfUnusable();
        if (offset >= LogEndOffset)
        {
            return;
        }

        if (offset < Segments[0].BaseOffset)
        {
            TruncateFullyAndStartAt(offset, Epochs.EpochAt(offset - 1) ?? -1);
            return;
        }

        Truncate(() =>
        {
            lock (_gate)
            {
                var kept = Array.FindLastIndex(_segments, segment => segment.BaseOffset <= offset);
                Remove(_segments[(kept + 1)..], newestFirst: true, delayMs: 0);
                MoveEnd(CutActive(offset));
            }

            Epochs.TruncateFromEnd(LogEndOffset);
            ProducerReplay.Run(_producers, _snapshots, Segments, LogEndOffset);
        });
    }

    /// <summary>
    /// Drops everything and starts anew at the offset, right before which there was a record of that epoch (-1:
    /// unknown).
    /// </summary>
    public void TruncateFullyAndStartAt(long offset, int previousEpoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ThrowIfUnusable();
        Truncate(() =>
        {
            lock (_gate)
            {
                Remove(_segments, newestFirst: true, delayMs: 0);
                var fresh = NewSegment(offset);
                fresh.Create(keepOpen: true);
                Volatile.Write(ref _segments, [fresh]);
                MoveEnd(offset);
                Volatile.Write(ref _logStartOffset, offset);
            }

            Epochs.StartAt(offset, previousEpoch);
            _snapshots.RemoveAbove(-1);
            _producers.Restore([]);
        });
    }

    /// <summary>
    /// Forgets leader epochs in which nothing was appended: a follower's log may yet get records of earlier ones.
    /// </summary>
    public void DropEmptyEpochs() => Epochs.TruncateFromEnd(LogEndOffset, durable: false);

    /// <summary>Moves the log's start up (DeleteRecords); false if it already is there or above.</summary>
    public bool AdvanceLogStart(long offset)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            Invariant.Holds(offset <= _logEndOffset);
            if (offset <= _logStartOffset)
            {
                return false;
            }

            Volatile.Write(ref _logStartOffset, offset);
            _changed = true;
        }

        Epochs.TruncateFromStart(offset);
        return true;
    }

    /// <summary>Writes run by run, rolling between runs; the offset after the last batch.</summary>
    private long WriteAll(IReadOnlyList<ReadOnlyMemory<byte>> batches, bool allowGaps)
    {
        var next = _logEndOffset;
        var from = 0;
        while (from < batches.Count)
        {
            var count = Plan(batches, from, allowGaps, ref next);
            if (count == 0)
            {
                RollActive(next);
                continue;
            }

            Active.Append(count == batches.Count ? batches : new BatchRun(batches, from, count));
            from += count;
        }

        return next;
    }

    /// <summary>How many batches fit the active segment; each is checked once more on its way in.</summary>
    private int Plan(IReadOnlyList<ReadOnlyMemory<byte>> batches, int from, bool allowGaps, ref long next)
    {
        var active = Active;
        var size = active.Size;
        var nowMs = NowMs;
        var count = 0;
        for (; from + count < batches.Count; count++)
        {
            var batch = batches[from + count];
            Invariant.Holds(RecordBatchHeader.TryRead(batch.Span, out var header));
            if (RollRule.MustRoll(active, size, header, _config, Directory, nowMs))
            {
                break;
            }

            Invariant.Holds(header.Magic == RecordBatchHeader.CurrentMagic && header.SizeInBytes == batch.Length);
            Invariant.Holds(header.BaseOffset == next || (allowGaps && header.BaseOffset > next));
            Invariant.Holds(header.LastOffsetDelta >= 0);
            Invariant.Holds(header.PartitionLeaderEpoch >= (Epochs.Latest ?? 0));
            Epochs.Assign(header.PartitionLeaderEpoch, header.BaseOffset);
            next = header.NextOffset;
            size += batch.Length;
        }

        return count;
    }

    /// <summary>
    /// No flush runs beside a truncation. One that fails half-way leaves a log that only reopening understands. It ends
    /// with a sync of the file that was cut and of the folder, lest a crash bring the dropped history back in place of
    /// the new one.
    /// </summary>
    private void Truncate(Action cut)
    {
        lock (_flushLock)
        {
            try
            {
                cut();
                Active.Flush(indexesToo: false);
                _files.SyncDirectory(Directory);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                _broken = true;
                PartitionLogLog.UndoFailed(_logger, Directory, error);
                throw;
            }
        }
    }

    private long CutActive(long offset)
    {
        var active = Active;
        if (!active.TryLocate(offset, out var position, out var batch))
        {
            active.CutAt(active.Size, offset);
            return offset;
        }

        var end = Math.Min(offset, batch.BaseOffset);
        active.CutAt(position, end);
        return end;
    }

    private void RollActive(long baseOffset)
    {
        var active = Active;
        if (active.Size == 0 && active.BaseOffset == baseOffset)
        {
            return;
        }

        // An empty file above a segment that goes on growing would be taken for the log's end by the next start.
        active.Seal();
        if (RecoveryPoint >= baseOffset)
        {
            // All of it is flushed but for its indexes, and no later flush or start looks at it again.
            try
            {
                active.FlushIndexes();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // As after any failed fsync: the next one would succeed, and the pages be gone.
                _broken = true;
                throw;
            }
        }

        var fresh = NewSegment(baseOffset);
        try
        {
            fresh.Create(keepOpen: true);
        }
        catch
        {
            Discard(fresh);
            throw;
        }

        _changed = true;
        _folderDirty = true;
        _snapshotDue = true;
        Volatile.Write(ref _segments, [.. _segments, fresh]);
    }

    private void Discard(LogSegment fresh)
    {
        try
        {
            fresh.Release();
            fresh.DeleteFiles();
        }
        catch
        {
            // The empty file may still be there; only a new opening can tell.
            _broken = true;
            throw;
        }
    }

    private void Undo(LogSegment first, SegmentMark mark)
    {
        try
        {
            var kept = Array.IndexOf(_segments, first) + 1;
            var created = _segments[kept..];
            Volatile.Write(ref _segments, _segments[..kept]);
            first.ReturnTo(mark);
            for (var i = created.Length - 1; i >= 0; i--)
            {
                created[i].Release();
                created[i].DeleteFiles();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _broken = true;
            PartitionLogLog.UndoFailed(_logger, Directory, error);
        }
    }

    private void MoveEnd(long offset)
    {
        _changed = true;
        Volatile.Write(ref _logEndOffset, offset);
        Volatile.Write(ref _recoveryPoint, Math.Min(_recoveryPoint, offset));
        Volatile.Write(ref _logStartOffset, Math.Min(_logStartOffset, offset));
    }

    private LogSegment NewSegment(long baseOffset) =>
        new(_files, Directory, baseOffset, NowMs) { IndexIntervalBytes = _config.IndexIntervalBytes };

    /// <summary>
    /// The producers' state is the partition's, and by the time a segment rolls it already counts the batches that
    /// follow. So the snapshot is taken when the append is through, for the log end of that moment.
    /// </summary>
    private void StoreSnapshotIfDue()
    {
        if (!_snapshotDue)
        {
            return;
        }

        var end = LogEndOffset;
        var entries = _producers.Snapshot();
        if (entries.Any(entry => entry.LastOffset >= end))
        {
            return;
        }

        try
        {
            _snapshots.Write(end, entries, durable: false);
            _snapshotDue = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A convenience for the next start: an older snapshot and more reading do as well.
            PartitionLogLog.SnapshotFailed(_logger, Directory, end, error);
        }
    }
}
