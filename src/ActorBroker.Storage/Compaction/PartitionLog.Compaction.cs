using ActorBroker.Storage.Compaction;
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
    /// Nothing at or above is touched: the last stable offset, below which nothing is truncated or aborted any more.
    /// The
    /// log's own recovery point is a limit as well.
    /// </param>
    /// <param name="cancel">Checked at every batch; what was swapped in before stays, the rest waits.</param>
    /// <returns>
    /// What was done; null where nothing waits, or where the log let go of segments in the meantime.
    /// </returns>
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

        var result = new LogCleaner(this, buffers, NowMs, cancel).Clean(plan, segments);
        if (result is null)
        {
            return null;
        }

        FirstDirtyOffset = result.FirstDirtyOffset;
        _instruments?.Compacted(result);
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
}
