using ActorBroker.Core.Producers;
using ActorBroker.Records;

namespace ActorBroker.Core.Replication;

/// <summary>
/// The follower role of one partition's replica: takes what leaders send, and makes its log the leader's.
/// </summary>
/// <remarks>
/// <para>
/// An append is taken when both logs are the same before it: when the log has a record of the append's previous epoch
/// right before its previous offset. By induction everything before that is the same, too. Batches that the log already
/// has (same offset, same epoch) are passed over; where it has something else, it is cut there. So appends may be
/// repeated, or overtake each other, and a cut never takes what was acknowledged to this leader: only leader epochs
/// decide where to cut, never the high watermark (KIP-101).
/// </para>
/// <para>Invariants, held after every step:</para>
/// <list type="number">
/// <item>The leader epoch never goes back; an append of an earlier one is refused.</item>
/// <item>high watermark &lt;= log end offset. It goes back only together with a cut below it, which only an unclean
/// election can cause.</item>
/// </list>
/// <para>Owned by one actor; not safe for several threads.</para>
/// </remarks>
public sealed class FollowerMachine
{
    private readonly ProducerTable _producers;

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
    public void Follow(int leaderEpoch) => LeaderEpoch = Math.Max(LeaderEpoch, leaderEpoch);

    /// <summary>
    /// Judges an append. Unless it is refused the shell does what the decision says (start anew, cut, write, flush
    /// where the topic asks for it), reports each step, and then answers.
    /// </summary>
    /// <param name="append">Its records are whole batches with a right checksum: the shell has looked.</param>
    /// <param name="history">The log's epochs.</param>
    public FollowerDecision Decide(in ReplicaAppend append, IEpochHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (append.LeaderEpoch < LeaderEpoch)
        {
            return Refuse(ReplicaAppendStatus.Fenced, LeaderEpoch, -1);
        }

        LeaderEpoch = append.LeaderEpoch;
        if (append.StartsAnew && LogEndOffset < append.PreviousOffset)
        {
            return Take(in append, history, append.PreviousOffset, append.PreviousOffset);
        }

        // A log without any record has nothing that could differ.
        var (epoch, end) = append.PreviousEpoch < 0 || history.Latest is not { } latest
            ? (append.PreviousEpoch, LogEndOffset)
            : history.EndOffsetFor(Math.Min(append.PreviousEpoch, latest), LogEndOffset);
        return epoch == append.PreviousEpoch && append.PreviousOffset <= end
            ? Take(in append, history, startAt: -1, LogEndOffset)
            : Refuse(ReplicaAppendStatus.Diverged, history.Latest is null ? -1 : epoch, Math.Min(end, LogEndOffset));
    }

    /// <summary>The log was cut to this end (or started anew there), producers and epochs with it.</summary>
    public void Cut(long endOffset)
    {
        Invariant.Holds(endOffset >= 0);
        LogEndOffset = endOffset;
        HighWatermark = Math.Min(HighWatermark, endOffset);
    }

    /// <summary>A batch that was written, in offset order: its producer's last sequence moves with it.</summary>
    public void Written(in RecordBatchHeader batch, long nowMs)
    {
        Invariant.Holds(batch.BaseOffset >= LogEndOffset);
        if (batch.HasProducerId)
        {
            _producers.Append(in batch, nowMs);
        }

        LogEndOffset = batch.NextOffset;
    }

    /// <summary>
    /// The leader says how far records are committed; it counts as far as this log is known to be the leader's.
    /// </summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Committed(long highWatermark, long sameUpTo)
    {
        var committed = Math.Min(highWatermark, Math.Min(sameUpTo, LogEndOffset));
        if (committed <= HighWatermark)
        {
            return false;
        }

        HighWatermark = committed;
        return true;
    }

    private static FollowerDecision Take(
        in ReplicaAppend append, IEpochHistory history, long startAt, long logEndOffset)
    {
        var truncateTo = -1L;
        if (startAt < 0 && append.LeaderEpochStartOffset >= append.PreviousOffset &&
            append.LeaderEpochStartOffset < logEndOffset &&
            history.EpochAt(append.LeaderEpochStartOffset) != append.LeaderEpoch)
        {
            // The leader's log holds nothing of an earlier epoch from there on.
            truncateTo = logEndOffset = append.LeaderEpochStartOffset;
        }

        var records = append.Records.Span;
        var firstNew = 0;
        var end = append.PreviousOffset;
        for (var at = 0; at < records.Length;)
        {
            Invariant.Holds(RecordBatchHeader.TryRead(records[at..], out var batch));
            Invariant.Holds(batch.BaseOffset >= end && batch.SizeInBytes <= records.Length - at);
            if (firstNew == at && startAt < 0 && batch.BaseOffset < logEndOffset)
            {
                if (batch.NextOffset <= logEndOffset &&
                    history.EpochAt(batch.BaseOffset) == batch.PartitionLeaderEpoch)
                {
                    firstNew = at + batch.SizeInBytes;
                }
                else
                {
                    truncateTo = logEndOffset = batch.BaseOffset;
                }
            }

            end = batch.NextOffset;
            at += batch.SizeInBytes;
        }

        return new FollowerDecision
        {
            StartAt = startAt,
            TruncateTo = truncateTo,
            FirstNewByte = firstNew,
            EndOffset = end,
        };
    }

    private static FollowerDecision Refuse(ReplicaAppendStatus status, int epoch, long endOffset) => new()
    {
        Refusal = new ReplicaAppendResult { Status = status, Epoch = epoch, EndOffset = endOffset, BrokerEpoch = -1 },
        StartAt = -1,
        TruncateTo = -1,
    };
}
