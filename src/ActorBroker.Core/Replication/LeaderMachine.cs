using ActorBroker.Core.Producers;
using ActorBroker.Records;

namespace ActorBroker.Core.Replication;

/// <summary>
/// The leader role of one partition's replica: decides what is appended, and what is committed. One machine lives as
/// long as one leadership (one leader epoch) lasts; a new epoch, a failed write or a broken invariant makes a new
/// machine.
/// </summary>
/// <remarks>
/// <para>
/// A record's way: <b>accepted</b> (below <see cref="NextOffset"/>: it has its offset and sequence) ->
/// <b>written</b> (below
/// <see cref="LogEndOffset"/>) -> <b>flushed</b>, where flushing is asked for -> <b>committed</b> (below
/// <see cref="HighWatermark"/>) -> <b>stable</b> (below <see cref="LastStableOffset"/>).
/// </para>
/// <para>
/// The in-sync set: <b>settled</b> (what the catalogue records) -> Propose -> <b>proposing</b> (a compare-and-set is
/// under way) -> ProposalEnded -> settled. While proposing, the high watermark waits for the union of both sets: a
/// proposed addition counts at once, since the catalogue may already record it, and a proposed removal still counts,
/// since it may not. What the catalogue makes known meanwhile does not end that: the compare-and-set may still come
/// through.
/// </para>
/// <para>
/// Only the leader adds members, so whatever others change within this leadership leaves a part of what is known here;
/// to count what is known is always enough.
/// </para>
/// <para>Invariants, held after every step:</para>
/// <list type="number">
/// <item>high watermark &lt;= log end offset &lt;= next offset; none of the three goes back.</item>
/// <item>The high watermark moves only up to what every member of the union holds, each in the life in which it is
/// recorded; and not at all while fewer than the minimum are in sync, or while anybody is eligible (KIP-966).</item>
/// <item>last stable offset &lt;= high watermark.</item>
/// <item>This broker is in the in-sync set.</item>
/// <item>What is known of a follower was said by it in its present life, in answer to this leadership's appends, after
/// it was last taken out of the in-sync set.</item>
/// </list>
/// <para>Owned by one actor; not safe for several threads.</para>
/// </remarks>
public sealed partial class LeaderMachine
{
    private readonly int _brokerId;
    private readonly long _brokerEpoch;
    private readonly ProducerTable _producers;
    private bool _commitNeedsFlush;
    private long _flushedOffset;

    /// <summary>Begins a leadership.</summary>
    public LeaderMachine(LeaderStart start, long nowMs = 0)
    {
        ArgumentNullException.ThrowIfNull(start);
        Invariant.Holds(start.State.Leader == start.BrokerId && start.State.LeaderEpoch >= 0);
        Invariant.Holds(start.LogEndOffset >= 0);
        _brokerId = start.BrokerId;
        _brokerEpoch = start.BrokerEpoch;
        _producers = start.Producers;
        _commitNeedsFlush = start.CommitNeedsFlush;
        _flushedOffset = start.FlushedOffset;
        LeaderEpochStartOffset = start.LogEndOffset;
        LogEndOffset = start.LogEndOffset;
        NextOffset = start.LogEndOffset;
        HighWatermark = Math.Clamp(start.HighWatermark, 0, start.LogEndOffset);
        MinInsyncReplicas = start.MinInsyncReplicas;
        _catalogueVersion = start.CatalogueVersion;
        State = start.State;
        TrackFollowers(nowMs);
        if (start.Proposed is { } proposed && proposed.LeaderEpoch == LeaderEpoch)
        {
            Propose(proposed);
        }

        AdvanceHighWatermark();
    }

    /// <summary>The epoch of this leadership.</summary>
    public int LeaderEpoch => State.LeaderEpoch;

    /// <summary>The log end when this leadership began: offsets below were written by earlier leaders.</summary>
    public long LeaderEpochStartOffset { get; }

    /// <summary>The offset that the next accepted batch gets; records from the log end up to here are not yet
    /// written.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The offset after the last written record.</summary>
    public long LogEndOffset { get; private set; }

    /// <summary>The offset after the last committed record: consumers see nothing from here on.</summary>
    public long HighWatermark { get; private set; }

    /// <summary>The offset below which no transaction is undecided.</summary>
    public long LastStableOffset => _producers.FirstUndecidedOffset(HighWatermark) is { } first
        ? Math.Min(first, HighWatermark)
        : HighWatermark;

    /// <summary><c>min.insync.replicas</c>, as the topic has it.</summary>
    public int MinInsyncReplicas { get; private set; }

    /// <summary>acks=all is refused, and nothing is committed, while fewer are in sync.</summary>
    private int MinInSync => State.EffectiveMinInSync(MinInsyncReplicas);

    /// <summary>What this broker itself counts as holding.</summary>
    private long HeldHere => _commitNeedsFlush ? Math.Min(_flushedOffset, LogEndOffset) : LogEndOffset;

    /// <summary>
    /// Decides about one validated batch. An accepted batch has its offset from here on: the shell patches base offset
    /// and leader epoch into it and must write it, in this order, or drop the machine.
    /// </summary>
    public AppendDecision Accept(in RecordBatchHeader batch, short acks, long nowMs)
    {
        if (IsDeposed)
        {
            return AppendDecision.Reject(ErrorCode.NotLeaderOrFollower, "a later leadership has begun");
        }

        if (acks == -1 && State.InSync.Length < MinInSync)
        {
            return AppendDecision.Reject(
                ErrorCode.NotEnoughReplicas,
                $"{State.InSync.Length} replicas are in sync, min.insync.replicas is {MinInsyncReplicas}");
        }

        if (batch.HasProducerId)
        {
            var check = _producers.Check(in batch);
            switch (check.Kind)
            {
                case SequenceKind.Duplicate:
                    var endOffset = check.BaseOffset + batch.LastOffsetDelta + 1;
                    return AppendDecision.Duplicate(check.BaseOffset, endOffset, check.TimestampMs);
                case SequenceKind.OldDuplicate:
                    return AppendDecision.OldDuplicate(endOffset: check.BaseOffset);
                case SequenceKind.Rejected:
                    return AppendDecision.Reject(check.Error, check.Message);
            }
        }

        var stamped = batch with { BaseOffset = NextOffset, PartitionLeaderEpoch = LeaderEpoch };
        Invariant.Holds(stamped.NextOffset > NextOffset);
        if (stamped.HasProducerId)
        {
            _producers.Append(in stamped, nowMs);
        }

        if (NextOffset == LogEndOffset)
        {
            foreach (var follower in _followers.Values)
            {
                follower.LeaderGrows(LogEndOffset, nowMs);
            }
        }

        NextOffset = stamped.NextOffset;
        return AppendDecision.Accept(stamped.BaseOffset, stamped.NextOffset);
    }

    /// <summary>The write of everything accepted below <paramref name="endOffset"/> landed.</summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Written(long endOffset)
    {
        Invariant.Holds(endOffset >= LogEndOffset);
        Invariant.Holds(endOffset <= NextOffset);
        LogEndOffset = endOffset;
        return AdvanceHighWatermark();
    }

    /// <summary>An fsync that covers everything below <paramref name="endOffset"/> landed.</summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Flushed(long endOffset)
    {
        Invariant.Holds(endOffset <= NextOffset);
        _flushedOffset = Math.Max(_flushedOffset, endOffset);
        return AdvanceHighWatermark();
    }

    /// <summary>The topic's settings changed.</summary>
    /// <returns>True when the high watermark advanced.</returns>
    public bool UpdateSettings(int minInsyncReplicas, bool commitNeedsFlush)
    {
        MinInsyncReplicas = minInsyncReplicas;
        _commitNeedsFlush = commitNeedsFlush;
        return AdvanceHighWatermark();
    }

    /// <summary>What a produce whose last record lies before <paramref name="endOffset"/> may be told.</summary>
    public AckState StateOf(long endOffset, short acks)
    {
        if (acks != -1)
        {
            return HeldHere >= endOffset ? AckState.Acknowledged : AckState.Waiting;
        }

        if (HighWatermark >= endOffset)
        {
            return AckState.Acknowledged;
        }

        // It can't be committed before somebody returns, which may take as long as it likes.
        return State.InSync.Length < MinInSync ? AckState.NotEnoughReplicasAfterAppend : AckState.Waiting;
    }
}
