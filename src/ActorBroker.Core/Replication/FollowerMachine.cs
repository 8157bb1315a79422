using ActorBroker.Core.Producers;
using ActorBroker.Records;

namespace ActorBroker.Core.Replication;

/// <summary>
/// The follower role of one partition's replica: takes what leaders send, and makes its log the leader's.
/// </summary>
/// <remarks>
/// <para>
/// An append is taken when both logs are the same before it: when this log has the append's previous epoch, and that
/// reaches up to its previous offset. By induction everything before is the same, too. Batches that the log already has
/// (same offset, same epoch) are passed over; where it has something else, it is cut there. Only leader epochs decide
/// where to cut, never the high watermark (KIP-101).
/// </para>
/// <para>
/// Appends may be repeated, or overtake each other. What was taken from a leader is never cut again within its
/// leadership: up to there the log is that leader's, whatever an append that comes late makes it look like.
/// </para>
/// <para>
/// A leader has nothing left from before its log's start but the epoch of the record right before it. Where the logs
/// are not the same up to there, nothing of this log is in the leader's, and it starts anew.
/// </para>
/// <para>
/// Compaction leaves gaps, in the leader's log or in this one. So an epoch's range in one log may begin later than in
/// the other; and where an append leaves offsets out, this log may hold what the leader's has dropped: that stays if
/// it is of the same epoch as what comes next, and is cut if not.
/// </para>
/// <para>Invariants, held after every step:</para>
/// <list type="number">
/// <item>The leader epoch never goes back; an append of an earlier one is refused.</item>
/// <item>high watermark &lt;= log end offset. It goes back only together with a cut below it, which only an unclean
/// election can cause.</item>
/// <item>What was answered as taken in this leadership stays.</item>
/// </list>
/// <para>
/// Owned by one actor; not safe for several threads. An append's decision is carried out and reported before the next
/// is asked for.
/// </para>
/// </remarks>
public sealed class FollowerMachine
{
    private readonly ProducerTable _producers;
    private long _sameUpTo = -1;

    /// <summary>Begins to follow.</summary>
    public FollowerMachine(FollowerStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        Invariant.Holds(start.LogEndOffset >= 0);
        _producers = start.Producers;
        LeaderEpoch = start.LeaderEpoch;
        LogEndOffset = start.LogEndOffset;
        HighWatermark = Math.Clamp(start.HighWatermark, 0, start.LogEndOffset);
    }

    /// <summary>The latest leadership that it knows of, from the catalogue or from a leader.</summary>
    public int LeaderEpoch { get; private set; }

    /// <summary>The offset after the last written record.</summary>
    public long LogEndOffset { get; private set; }

    /// <summary>Everything below is committed, as far as this replica was told.</summary>
    public long HighWatermark { get; private set; }

    /// <summary>The offset below which no transaction is undecided.</summary>
    public long LastStableOffset => _producers.FirstUndecidedOffset(HighWatermark) is { } first
        ? Math.Min(first, HighWatermark)
        : HighWatermark;

    /// <summary>The catalogue names a leadership: appends of earlier ones are refused from now on.</summary>
    public void Follow(int leaderEpoch)
    {
        if (leaderEpoch > LeaderEpoch)
        {
            LeaderEpoch = leaderEpoch;
            _sameUpTo = -1;
        }
    }

    /// <summary>
    /// Judges an append. Unless it is refused the shell does what the decision says (start anew, cut, write, flush
    /// where the topic asks for it), reports each step, then calls <see cref="Committed"/>, and then answers. If any
    /// of that fails, the machine is dropped.
    /// </summary>
    /// <param name="append">Its records are whole batches with a right checksum: the shell has looked.</param>
    /// <param name="history">The log's epochs.</param>
    /// <param name="logStartOffset">The log's start: nobody has any use for what lies below.</param>
    public FollowerDecision Decide(in ReplicaAppend append, IEpochHistory history, long logStartOffset)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (append.LeaderEpoch < Math.Max(LeaderEpoch, history.Latest ?? -1))
        {
            return Refuse(ReplicaAppendStatus.Fenced, Math.Max(LeaderEpoch, history.Latest ?? -1), -1);
        }

        Follow(append.LeaderEpoch);
        var latest = LogEndOffset == 0 ? null : history.EpochAt(LogEndOffset - 1);
        var startsAnew = false;
        if (append.PreviousOffset > _sameUpTo)
        {
            // A log without any record has nothing that could differ, and before the leader's first one nothing
            // matters.
            var (epoch, end) = append.PreviousEpoch < 0 || latest is null
                ? (append.PreviousEpoch, LogEndOffset)
                : history.EndOffsetFor(Math.Min(append.PreviousEpoch, latest.Value), LogEndOffset);
            end = Math.Min(end, LogEndOffset);
            startsAnew = epoch != append.PreviousEpoch || append.PreviousOffset > end;
            if (startsAnew && !append.StartsAnew)
            {
                return Refuse(ReplicaAppendStatus.Diverged, latest is null ? -1 : epoch, end);
            }
        }

        return Take(in append, history, latest, startsAnew, logStartOffset);
    }

    /// <summary>The log was cut to this end, producers and epochs with it.</summary>
    public void Cut(long endOffset)
    {
        Invariant.Holds(endOffset >= _sameUpTo && endOffset <= LogEndOffset);
        LogEndOffset = endOffset;
        HighWatermark = Math.Min(HighWatermark, endOffset);
    }

    /// <summary>The log was dropped as a whole, and starts anew at this offset.</summary>
    public void StartedAnew(long offset)
    {
        Invariant.Holds(offset >= 0);
        LogEndOffset = offset;
        HighWatermark = offset;
        _sameUpTo = -1;
    }

    /// <summary>A batch of records that was written, in offset order: its producer's last sequence moves with
    /// it.</summary>
    public void Written(in RecordBatchHeader batch, long nowMs)
    {
        Invariant.Holds(batch.BaseOffset >= LogEndOffset);
        if (batch.HasProducerId && !batch.IsControl && batch.BaseSequence >= 0)
        {
            _producers.Append(in batch, nowMs);
        }

        LogEndOffset = batch.NextOffset;
    }

    /// <summary>A transaction's marker that was written.</summary>
    public void MarkerWritten(in RecordBatchHeader batch, int coordinatorEpoch, long nowMs)
    {
        Invariant.Holds(batch.BaseOffset >= LogEndOffset);
        _producers.EndTransaction(in batch, coordinatorEpoch, nowMs);
        LogEndOffset = batch.NextOffset;
    }

    /// <summary>
    /// An append is carried out: the log is the leader's up to the decision's end. The leader says how far records are
    /// committed; that counts as far as the log is known to be the leader's.
    /// </summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Committed(long highWatermark, long sameUpTo)
    {
        Invariant.Holds(sameUpTo <= LogEndOffset);
        _sameUpTo = Math.Max(_sameUpTo, sameUpTo);
        HighWatermark = Math.Min(HighWatermark, LogEndOffset);
        var committed = Math.Min(highWatermark, _sameUpTo);
        if (committed <= HighWatermark)
        {
            return false;
        }

        HighWatermark = committed;
        return true;
    }

    /// <summary>
    /// Where the log may start, as the leader's does: nobody drops what it does not know to be committed.
    /// </summary>
    public long LogStart(long leaderLogStartOffset) => Math.Min(leaderLogStartOffset, HighWatermark);

    private FollowerDecision Take(
        in ReplicaAppend append, IEpochHistory history, int? latest, bool startsAnew, long logStartOffset)
    {
        var cut = startsAnew ? long.MaxValue : LeadershipCut(in append, latest);
        var records = append.Records.Span;
        var (same, sameEpoch) = (append.PreviousOffset, append.PreviousEpoch);
        var firstNew = 0;
        var end = append.PreviousOffset;
        for (var at = 0; at < records.Length;)
        {
            Invariant.Holds(RecordBatchHeader.TryRead(records[at..], out var batch));
            Invariant.Holds(batch.SizeInBytes <= records.Length - at && batch.NextOffset > end);
            Invariant.Holds(at == 0 || batch.BaseOffset >= end);
            if (at == 0 && batch.BaseOffset < same)
            {
                // The first batch that the leader has left may begin before the first offset that it has left.
                (same, sameEpoch) = (batch.BaseOffset, -1);
            }

            if (at == firstNew && !startsAnew)
            {
                cut = Math.Min(cut, Divergence(in batch, end, history, logStartOffset));
                if (batch.NextOffset <= Math.Max(_sameUpTo, Math.Min(cut, LogEndOffset)))
                {
                    firstNew = at + batch.SizeInBytes;
                    (same, sameEpoch) = (batch.NextOffset, batch.PartitionLeaderEpoch);
                }
            }

            end = batch.NextOffset;
            at += batch.SizeInBytes;
        }

        // Nothing of this log is in the leader's; and where one of the two begins the other may have no boundary.
        if (startsAnew || cut < logStartOffset ||
            (firstNew == 0 && cut < (append.PreviousEpoch < 0 ? LogEndOffset : append.PreviousOffset)))
        {
            return new FollowerDecision
            {
                StartAt = same,
                StartEpoch = sameEpoch,
                TruncateTo = -1,
                FirstNewByte = firstNew,
                EndOffset = end,
            };
        }

        return new FollowerDecision
        {
            StartAt = -1,
            StartEpoch = -1,
            TruncateTo = cut < LogEndOffset ? cut : -1,
            FirstNewByte = firstNew,
            EndOffset = Math.Max(end, _sameUpTo),
        };
    }

    /// <summary>
    /// Where the leader's log holds nothing of an earlier epoch any more, if this one does beyond; otherwise
    /// <c>long.MaxValue</c>. It is for the records to show, where the leader's log begins with the append and has
    /// some from before.
    /// </summary>
    private long LeadershipCut(in ReplicaAppend append, int? latest)
    {
        var start = append.LeaderEpochStartOffset;
        return latest < append.LeaderEpoch && start < LogEndOffset &&
            start >= Math.Max(append.PreviousOffset, _sameUpTo) &&
            (append.PreviousEpoch >= 0 || append.Records.Length > 0 || start == append.PreviousOffset)
            ? start
            : long.MaxValue;
    }

    /// <summary>
    /// Where the log parts from the leader's, as this batch of the leader's shows, which follows directly on what ends
    /// at <paramref name="from"/>; <c>long.MaxValue</c>: not here.
    /// </summary>
    private long Divergence(in RecordBatchHeader batch, long from, IEpochHistory history, long logStartOffset)
    {
        if (batch.NextOffset <= _sameUpTo)
        {
            return long.MaxValue;
        }

        if (IsAstray(in batch, history, logStartOffset))
        {
            return Math.Min(batch.BaseOffset, logStartOffset - 1);
        }

        // This log may begin later than the leader's, also within a batch.
        var settled = Math.Max(_sameUpTo, logStartOffset);
        if (batch.NextOffset <= settled)
        {
            return long.MaxValue;
        }

        var gap = Math.Max(from, settled);
        var gapEnd = Math.Min(batch.BaseOffset, LogEndOffset);
        if (gap < gapEnd && history.EpochAt(gapEnd - 1) is { } inGap && inGap != batch.PartitionLeaderEpoch)
        {
            // What the leader's log has dropped can't be told from what it never had.
            return history.EpochAt(gap) == batch.PartitionLeaderEpoch
                ? Math.Min(history.EndOffsetFor(batch.PartitionLeaderEpoch, LogEndOffset).EndOffset, gapEnd)
                : gap;
        }

        if (batch.BaseOffset >= LogEndOffset)
        {
            return long.MaxValue;
        }

        var epoch = history.EpochAt(Math.Max(batch.BaseOffset, logStartOffset));
        return batch.NextOffset > LogEndOffset || (epoch ?? batch.PartitionLeaderEpoch) != batch.PartitionLeaderEpoch
            ? batch.BaseOffset
            : long.MaxValue;
    }

    /// <summary>
    /// What this log has dropped was committed, so it can't differ, unless the election was unclean: then the batch's
    /// epoch does not go with that of the record right before the log's start.
    /// </summary>
    private static bool IsAstray(in RecordBatchHeader batch, IEpochHistory history, long logStartOffset) =>
        history.EpochAt(logStartOffset - 1) is { } epoch &&
        (batch.NextOffset < logStartOffset ? batch.PartitionLeaderEpoch > epoch
            : batch.BaseOffset < logStartOffset ? batch.PartitionLeaderEpoch != epoch
            : batch.PartitionLeaderEpoch < epoch);

    private static FollowerDecision Refuse(ReplicaAppendStatus status, int epoch, long endOffset) => new()
    {
        Refusal = new ReplicaAppendResult { Status = status, Epoch = epoch, EndOffset = endOffset, BrokerEpoch = -1 },
        StartAt = -1,
        StartEpoch = -1,
        TruncateTo = -1,
    };
}
