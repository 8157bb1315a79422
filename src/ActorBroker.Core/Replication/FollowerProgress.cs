namespace ActorBroker.Core.Replication;

/// <summary>What the leader knows of one follower, and what is on the way to it.</summary>
internal sealed class FollowerProgress
{
    private const long FirstBackoffMs = 20;
    private const long LastBackoffMs = 1_000;

    private (long LeaderEndOffset, long AtMs) _mark;
    private long _backoffMs = FirstBackoffMs;
    private long _registeredEpoch = -1;

    public FollowerProgress(int brokerId, int round, long leaderEndOffset, long nowMs)
    {
        BrokerId = brokerId;
        Restart(round, leaderEndOffset, nowMs);
    }

    /// <summary>The follower.</summary>
    public int BrokerId { get; }

    /// <summary>The broker epoch in which it answers; -1 before it has said anything.</summary>
    public long BrokerEpoch { get; private set; }

    /// <summary>
    /// Up to here its log is known to be the leader's, in this leader epoch and this life of the follower; -1: unknown.
    /// </summary>
    public long LogEndOffset { get; private set; }

    /// <summary>
    /// The last time for which it is known that it held all that the leader then had. One of which nothing is known yet
    /// is credited with the time since when, so that nobody is dropped before it had a chance to answer.
    /// </summary>
    public long CaughtUpMs { get; private set; }

    /// <summary>Where the next append begins.</summary>
    public long Next { get; private set; }

    /// <summary>
    /// It is not known where both logs are the same: one append at a time, until one is taken. Then they stream.
    /// </summary>
    public bool IsProbing { get; private set; }

    /// <summary>
    /// Answers to appends of another round count for nothing. Each number is used once in a leadership, so nothing
    /// that is late can ever be taken for an answer of now.
    /// </summary>
    public int Round { get; private set; }

    /// <summary>Bytes sent and not answered.</summary>
    public long BytesInFlight { get; private set; }

    /// <summary>Appends sent and not answered.</summary>
    public int InFlight { get; private set; }

    /// <summary>The high watermark and the log start that it was last told.</summary>
    public (long HighWatermark, long LogStartOffset) Told { get; private set; }

    /// <summary>It has taken over that the log begins here, or further up; -1: unknown.</summary>
    public long KnownLogStart { get; private set; } = -1;

    /// <summary>It could not take anything: nothing is sent before this time.</summary>
    public long NotBeforeMs { get; private set; }

    /// <summary>
    /// What it holds for sure in the life of this epoch (-1: in any); what it held in another one does not count.
    /// </summary>
    public long HeldIn(long brokerEpoch) => brokerEpoch < 0 || brokerEpoch == BrokerEpoch ? LogEndOffset : -1;

    /// <summary>An append was handed to the link.</summary>
    public void Sent(long endOffset, int bytes, long highWatermark, long logStartOffset)
    {
        Next = endOffset;
        BytesInFlight += bytes;
        InFlight++;
        Told = (highWatermark, logStartOffset);
    }

    /// <summary>An append of this round is answered, or given up.</summary>
    public void Landed(int bytes)
    {
        BytesInFlight -= bytes;
        InFlight--;
    }

    /// <summary>It answers for the first time in this round's life.</summary>
    public void Meet(long brokerEpoch) => BrokerEpoch = brokerEpoch;

    /// <summary>Its broker is registered in this epoch; true if that is another life than it was asked in.</summary>
    public bool Registered(long brokerEpoch)
    {
        var isNews = brokerEpoch > _registeredEpoch;
        _registeredEpoch = Math.Max(_registeredEpoch, brokerEpoch);
        return isNews && BrokerEpoch < brokerEpoch;
    }

    /// <summary>Takes its report.</summary>
    public void Acknowledged(long endOffset, long leaderEndOffset, long nowMs)
    {
        if (endOffset >= leaderEndOffset)
        {
            CaughtUpMs = Math.Max(CaughtUpMs, nowMs);
            _mark = (leaderEndOffset, nowMs);
        }
        else if (endOffset >= _mark.LeaderEndOffset)
        {
            // Under steady load, with appends on the way, a follower never reports the very end. Once it has reached
            // what was the end at some time, it was up to date at that time, and the next mark is set.
            CaughtUpMs = Math.Max(CaughtUpMs, _mark.AtMs);
            _mark = (leaderEndOffset, nowMs);
        }

        // A late answer says less than is known by now.
        LogEndOffset = Math.Max(LogEndOffset, endOffset);
        if (IsProbing)
        {
            IsProbing = false;
            Next = LogEndOffset;
        }

        NotBeforeMs = long.MinValue;
        _backoffMs = FirstBackoffMs;
    }

    /// <summary>It has answered an append that told it of the log's start.</summary>
    public void KnowsLogStart(long offset) => KnownLogStart = Math.Max(KnownLogStart, offset);

    /// <summary>New records come for one that has all: it was up to date until now, however quiet it was.</summary>
    public void LeaderGrows(long leaderEndOffset, long nowMs)
    {
        if (LogEndOffset >= leaderEndOffset)
        {
            CaughtUpMs = Math.Max(CaughtUpMs, nowMs);
            _mark = (leaderEndOffset, nowMs);
        }
    }

    /// <summary>It says that its log ends, or parts from the leader's, here: what it said before is over.</summary>
    public void Diverged(int round, long next, long endOffset)
    {
        LogEndOffset = Math.Min(LogEndOffset, endOffset);
        Probe(round, next, long.MinValue);
    }

    /// <summary>It can't be reached, or can't take anything: it is asked again, less and less often.</summary>
    public void PutOff(int round, long next, long nowMs)
    {
        Probe(round, next, nowMs + _backoffMs);
        _backoffMs = Math.Min(_backoffMs * 2, LastBackoffMs);
    }

    /// <summary>It may be there again: it is asked now.</summary>
    public void RetryNow()
    {
        NotBeforeMs = long.MinValue;
        _backoffMs = FirstBackoffMs;
    }

    /// <summary>Nothing that it said counts any more: it lives anew, or was taken out of the in-sync set.</summary>
    public void Restart(int round, long leaderEndOffset, long nowMs)
    {
        BrokerEpoch = -1;
        LogEndOffset = -1;
        CaughtUpMs = nowMs;
        Told = (-1, -1);
        KnownLogStart = -1;
        _mark = (leaderEndOffset, nowMs);
        _backoffMs = FirstBackoffMs;
        Probe(round, leaderEndOffset, long.MinValue);
    }

    private void Probe(int round, long next, long notBeforeMs)
    {
        Round = round;
        Next = next;
        IsProbing = true;
        BytesInFlight = 0;
        InFlight = 0;
        NotBeforeMs = notBeforeMs;
    }
}
