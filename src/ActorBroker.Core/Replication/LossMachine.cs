using ActorBroker.Core.Catalogue;

namespace ActorBroker.Core.Replication;

/// <summary>
/// What one replica has told others that it holds, and what becomes of it when its log loses some of that in the middle
/// of the broker's life: <b>sound</b> -> Lose -> <b>owes</b> -> sound.
/// </summary>
/// <remarks>
/// While it owes it never leads; and wherever the catalogue counts on it, it has that changed before it takes anything.
/// It owes until it has as much again, or until nobody can count on its earlier answers any more: those of a leadership
/// count within that one, so a later one that begins without this replica knows nothing of them. Owned by one actor;
/// not safe for several threads, but where it says so.
/// </remarks>
public sealed class LossMachine(int brokerId)
{
    private long _promisedOffset;
    private long _sentOffset;
    private bool _owes;
    private bool _isReporting;

    // Whether others counted on what it lost, up to where, and the latest leadership in which they were told of it.
    private bool _hasCounted;
    private long _owedOffset;
    private int _owingEpoch;

    // The latest leadership that this replica must not take up: it would give the same offsets away again.
    private int _barredEpoch = -1;

    /// <summary>The end of what others were told that this replica holds, or were sent by it as a leader.</summary>
    public long ToldUpTo => Math.Max(_promisedOffset, _sentOffset);

    /// <summary>As far as losses go this replica may lead the partition in this state; any thread.</summary>
    public bool MayLead(PartitionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.LeaderEpoch > Volatile.Read(ref _barredEpoch) && !Volatile.Read(ref _owes);
    }

    /// <summary>It lost records and is still counted on, or nobody knows: it takes nothing.</summary>
    public bool IsUnreported(PartitionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return _isReporting || (_owes && IsCountedOn(state));
    }

    /// <summary>
    /// Somebody may count on what it has lost, or come to: a next life must not be believed to hold it.
    /// </summary>
    public bool Owes => _owes || _isReporting;

    /// <summary>From now on others count on its holding all below <paramref name="endOffset"/>.</summary>
    public void Promised(long endOffset)
    {
        _promisedOffset = Math.Max(_promisedOffset, endOffset);
        if (_owes && _promisedOffset >= _owedOffset)
        {
            Volatile.Write(ref _owes, false);
        }
    }

    /// <summary>As a leader it sent records that end here.</summary>
    public void Sent(long endOffset) => _sentOffset = Math.Max(_sentOffset, endOffset);

    /// <summary>Its log was cut to what its leader has: nobody counts on what was beyond.</summary>
    public void Cut(long endOffset)
    {
        _promisedOffset = Math.Min(_promisedOffset, endOffset);
        _sentOffset = Math.Min(_sentOffset, endOffset);
    }

    /// <summary>
    /// The log ends before <see cref="ToldUpTo"/>, or before what it knew to be committed. In sync or not, it is no
    /// longer what others count on; and as a leader it would give the same offsets away again, in the same leadership.
    /// The catalogue has to know first, also where it seems not to count on this replica: that may be changing.
    /// </summary>
    /// <param name="logEndOffset">Where the log ends now.</param>
    /// <param name="highWatermark">What was known to be committed.</param>
    /// <param name="leaderEpoch">The latest leadership that it knows of.</param>
    /// <param name="state">What the catalogue records, as far as it is known here.</param>
    /// <returns>The report to be made; null: none, or one is under way.</returns>
    public LossReport? Lose(long logEndOffset, long highWatermark, int leaderEpoch, PartitionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var counted = Math.Max(_promisedOffset, highWatermark);
        var told = Math.Max(counted, _sentOffset);
        Invariant.Holds(logEndOffset < told);
        (_promisedOffset, _sentOffset) = (Math.Min(counted, logEndOffset), -1);
        if (state.Replicas.Length == 1)
        {
            return null;
        }

        _hasCounted = logEndOffset < counted || (_owes && _hasCounted);
        _owedOffset = _owes ? Math.Max(_owedOffset, told) : told;
        _owingEpoch = leaderEpoch;
        Volatile.Write(ref _barredEpoch, state.LeaderEpoch);
        Volatile.Write(ref _owes, true);
        return BeginReport();
    }

    /// <summary>The catalogue records this.</summary>
    /// <returns>The report to be made; null: none, or one is under way.</returns>
    public LossReport? Look(PartitionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_owes && IsCountedOn(state))
        {
            return BeginReport();
        }

        if (state.LeaderEpoch > _owingEpoch && !_isReporting)
        {
            Volatile.Write(ref _owes, false);
        }

        return null;
    }

    /// <summary>
    /// What the report came to. Counted on all the same: nobody else can know more, so it goes on.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="recorded">What the catalogue records now.</param>
    /// <param name="isSettled">False where it could not be made.</param>
    public void Reported(LossReport report, PartitionState recorded, bool isSettled)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(recorded);
        _isReporting = false;
        if (isSettled && report.HasCounted == _hasCounted && IsCountedOn(recorded))
        {
            Volatile.Write(ref _owes, false);
        }
    }

    private LossReport? BeginReport()
    {
        if (_isReporting)
        {
            return null;
        }

        _isReporting = true;
        return new LossReport(brokerId, _barredEpoch, _hasCounted);
    }

    private bool IsCountedOn(PartitionState state) =>
        state.InSync.Contains(brokerId) || state.EligibleLeaders.Contains(brokerId);
}
