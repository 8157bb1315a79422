using ActorBroker.Storage.Compaction;
using ActorBroker.Storage.Files;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

// Compaction of this log, on a background thread: what waits, the cleaning itself, and the swap of finished segments.
public sealed partial class PartitionLog
{
    private long _firstDirtyOffset;
    private int _cleaning;

    /// <summary>
    /// Everything below was compacted before. The owner sets it from the cleaner checkpoint after opening, and stores
    /// it there after each cleaning; a value outside of the log counts as none.
    /// </summary>
    public long FirstDirtyOffset
    {
        get => Volatile.Read(ref _firstDirtyOffset);
        set => Volatile.Write(ref _firstDirtyOffset, value);
    }

    /// <summary>How much waits to be compacted, below the offset; see <see cref="Clean"/> for the offset.</summary>
    public CleanableState GetCleanableState(long upToOffset) =>
        Segments is { Length: > 0 } segments ? PlanCleaning(segments, upToOffset).State : default;

    /// <summary>
    /// Compacts the log: of each key in the dirty section the latest record stays. Offsets and order are kept, the
    /// active segment is left alone, reads and appends go on. One cleaning of a log at a time.
    /// </summary>
    /// <param name="buffers">The cleaner's memory.</param>
    /// <param name="upToOffset">
    /// Nothing at or above is touched: the lower of the last stable offset (below which nothing is truncated or aborted
    /// any more) and the recovery point <i>as the checkpoint on disk has it</i>. Recovery reads what lies above that
    /// point strictly, and would take a gap that compaction left for a lost tail.
    /// </param>
    /// <param name="cancel">Checked at every batch; what was swapped in before stays, the rest waits.</param>
    /// <returns>What was done; null where nothing waits.</returns>
    /// <exception cref="IOException">The disk failed, or a stored batch is damaged; the log is as before.</exception>
    public CleanResult? Clean(CleaningBuffers buffers, long upToOffset, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        ThrowIfUnusable();
        if (Interlocked.Exchange(ref _cleaning, 1) != 0)
        {
            throw new InvalidOperationException($"The log in '{Directory}' is being cleaned already.");
        }

        var leased = new List<LogSegment>();
        try
        {
            leased.AddRange(Segments.TakeWhile(static segment => segment.TryAcquire()));
            return leased.Count == 0 ? null : CleanLeased(leased, buffers, upToOffset, cancel);
        }
        finally
        {
            leased.ForEach(static segment => segment.Release());
            Volatile.Write(ref _cleaning, 0);
        }
    }

    private CleanResult? CleanLeased(
        List<LogSegment> segments, CleaningBuffers buffers, long upToOffset, CancellationToken cancel)
    {
        var plan = PlanCleaning(segments, upToOffset);
        if (plan.State.DirtyBytes == 0)
        {
            return null;
        }

        var cleaner = new LogCleaner(_files, Directory, Config, buffers, cancel);
        var result = cleaner.Clean(plan, segments, NowMs, ReplaceSegments);
        FirstDirtyOffset = result.FirstDirtyOffset;
        CompactionLog.Compacted(
            _logger,
            Directory,
            result.FirstDirtyOffset,
            result.RecordsBefore,
            result.RecordsAfter,
            result.BytesBefore,
            result.BytesAfter);
        return result;
    }

    private CleaningPlan PlanCleaning(IReadOnlyList<LogSegment> segments, long upToOffset) => CleaningPlan.Make(
        segments, Config, FirstDirtyOffset, Math.Min(upToOffset, RecoveryPoint), NowMs);

    /// <summary>
    /// Puts a finished <c>.cleaned</c> segment in the place of its inputs. Once it is called <c>.swap</c>, durably, a
    /// start completes the rest; before, a start throws it away.
    /// </summary>
    private void ReplaceSegments(IReadOnlyList<LogSegment> inputs, LogSegment cleaned)
    {
        try
        {
            cleaned.ChangeSuffix(LogFiles.Swap, logFirst: false);
            _files.SyncDirectory(Directory);
            lock (_gate)
            {
                var at = Array.IndexOf(_segments, inputs[0]);
                if (at < 0 || !_segments.AsSpan(at).StartsWith(inputs.ToArray()))
                {
                    throw new IOException($"Segments of '{Directory}' were removed while they were compacted.");
                }

                Volatile.Write(
                    ref _segments, [.. _segments[..at], cleaned, .. _segments[(at + inputs.Count)..]]);
                _changed = true;
            }
        }
        catch
        {
            cleaned.Release();
            cleaned.DeleteFiles();
            throw;
        }

        try
        {
            FinishSwap(inputs, cleaned);
        }
        catch (Exception error)
        {
            // The names no longer tell what is what: only a start sorts them out.
            _broken = true;
            CompactionLog.SwapFailed(_logger, Directory, error);
            throw;
        }
    }

    private void FinishSwap(IReadOnlyList<LogSegment> inputs, LogSegment cleaned)
    {
        var dueMs = NowMs + Config.FileDeleteDelayMs;
        foreach (var input in inputs)
        {
            input.ChangeSuffix(LogFiles.Deleted, logFirst: true);
            _deleted.Add(input, dueMs);
            input.Release();
        }

        _files.SyncDirectory(Directory);
        lock (_gate)
        {
            // Retention may have set it aside in between, under another name.
            if (_segments.Contains(cleaned))
            {
                cleaned.ChangeSuffix("", logFirst: false);
            }
        }

        _files.SyncDirectory(Directory);
    }
}
