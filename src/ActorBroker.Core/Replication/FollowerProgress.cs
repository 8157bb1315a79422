namespace ActorBroker.Core.Replication;

/// <summary>What the leader knows of one follower, and what is on the way to it.</summary>
internal sealed class FollowerProgress(int brokerId, long nowMs, long leaderEndOffset)
{
    private long _leaderEndAtLastAck = -1;
    private long _lastAckMs = nowMs;
    private int _inFlight;

    /// <summary>The follower.</summary>
    public int BrokerId { get; } = brokerId;

    /// <summary>The broker epoch in which it last answered; -1 before it has said anything.</summary>
    public long BrokerEpoch { get; private set; } = -1;

    /// <summary>
    /// Up to here its log is known to be the leader's, in this leader epoch and this life of the follower; -1: unknown.
    /// </summary>
    public long LogEndOffset { get; private set; } = -1;

    /// <summary>
    /// The last time at which it held all that the leader then had. A new leader credits every follower with its own
    /// start, so that nobody is dropped before it had a chance to answer.
    /// </summary>
    public long CaughtUpMs { get; private set; } = nowMs;

    /// <summary>Where the next append begins.</summary>
    public long Next { get; private set; } = leaderEndOffset;

    /// <summary>
    /// It is not known where both logs are the same: one append at a time, until one is taken. Then they stream.
    /// </summary>
    public bool IsProbing { get; private set; } = true;

    /// <summary>Grows whenever what is on the way stops to count: answers of an earlier round move nothing back.</summary>
    public int Round { get; private set; }

    /// <summary>Bytes sent and not answered.</summary>
    public long BytesInFlight { get; private set; }

    /// <summary>Appends sent and not answered.</summary>
    public int InFlight => _inFlight;

    /// <summary>The high watermark and the log start that it was last told.</summary>
    public (long HighWatermark, long LogStartOffset) Told { get; private set; } = (-1, -1);

    /// <summary>It could not take anything: nothing is sent before this time.</summary>
    public long NotBeforeMs { get; private set; } = long.MinValue;

    /// <summary>
    /// What it holds for sure in the life of this epoch (-1: in any); what it held in another one does not count.
    /// </summary>
    public long HeldIn(long brokerEpoch) => brokerEpoch < 0 || brokerEpoch == BrokerEpoch ? LogEndOffset : -1;

    /// <summary>An append was handed to the link.</summary>
    public void Sent(long endOffset, int bytes, long highWatermark, long logStartOffset)
    {
        Next = endOffset;
        BytesInFlight += bytes;
        _inFlight++;
        Told = (highWatermark, logStartOffset);
    }

    /// <summary>An append of this round is answered, or given up.</summary>
    public void Landed(int bytes)
    {
        BytesInFlight -= bytes;
        _inFlight--;
    }

    /// <summary>Another life of the broker: what the former one held does not count.</summary>
    public void Meet(long brokerEpoch, long leaderEndOffset)
    {
        if (brokerEpoch == BrokerEpoch)
        {
            return;
        }

        if (BrokerEpoch >= 0)
        {
            Probe(leaderEndOffset);
        }

        BrokerEpoch = brokerEpoch;
        LogEndOffset = -1;
    }

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

        // A late answer says less than is known by now.
        LogEndOffset = Math.Max(LogEndOffset, endOffset);
        _leaderEndAtLastAck = leaderEndOffset;
        _lastAckMs = nowMs;
        IsProbing = false;
        NotBeforeMs = long.MinValue;
    }

    /// <summary>New records come for one that has all: it was up to date until now, however long it was quiet.</summary>
    public void LeaderGrows(long leaderEndOffset, long nowMs)
    {
        if (LogEndOffset >= leaderEndOffset)
        {
            CaughtUpMs = Math.Max(CaughtUpMs, nowMs);
            _lastAckMs = nowMs;
        }
    }

    /// <summary>Starts a new round at this offset.</summary>
    public void Probe(long next, long notBeforeMs = long.MinValue)
    {
        Round++;
        Next = next;
        IsProbing = true;
        BytesInFlight = 0;
        _inFlight = 0;
        NotBeforeMs = notBeforeMs;
    }
}
