namespace ActorBroker.Core.Replication;

/// <summary>What the leader knows of one follower.</summary>
internal sealed class FollowerProgress(int brokerId, long nowMs)
{
    /// <summary>The follower.</summary>
    public int BrokerId { get; } = brokerId;

    /// <summary>Its log end as it last said within this leader epoch; -1 before it has said anything.</summary>
    public long LogEndOffset { get; private set; } = -1;

    /// <summary>
    /// The last time at which it held all that the leader then had. A new leader credits every follower with its own
    /// start, so that nobody is dropped before it had a chance to answer.
    /// </summary>
    public long CaughtUpMs { get; private set; } = nowMs;

    private long _leaderEndAtLastAck = -1;
    private long _lastAckMs = nowMs;

    /// <summary>Takes its report.</summary>
    public void Acknowledged(long endOffset, long leaderEndOffset, long nowMs)
    {
        if (endOffset >= leaderEndOffset)
        {
            CaughtUpMs = Math.Max(CaughtUpMs, nowMs);
        }
        else if (endOffset >= _leaderEndAtLastAck)
        {
            // Under steady load a follower never sees the very end; having reached what was the end at its last
            // report counts.
            CaughtUpMs = Math.Max(CaughtUpMs, _lastAckMs);
        }

        LogEndOffset = endOffset;
        _leaderEndAtLastAck = leaderEndOffset;
        _lastAckMs = nowMs;
    }
}
