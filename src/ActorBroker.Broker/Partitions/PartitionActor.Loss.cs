using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Partitions;

// The log lost records that others were told it holds, in the middle of the broker's life. sound -> owes -> sound.
// While it owes it never leads; and wherever the catalogue counts on it, it has that changed before it takes anything.
// It owes until it has as much again, or until nobody can count on its earlier answers any more: those of a leadership
// count within that one, so a later one that begins without this replica knows nothing of them.
internal sealed partial class PartitionActor
{
    private bool _owesRecords;
    private bool _isReporting;

    // Whether others counted on what it lost, up to where, and the latest leadership in which they were told of it.
    private bool _hasCounted;
    private long _owedOffset;
    private int _owingEpoch;

    // The latest leadership that this replica must not take up: it would give the same offsets away again.
    private int _barredEpoch = -1;

    private bool IsCountedOn(PartitionState state) =>
        state.InSync.Contains(_context.BrokerId) || state.EligibleLeaders.Contains(_context.BrokerId);

    /// <summary>It is still counted on, or nobody knows: it takes nothing.</summary>
    private bool IsLossUnreported => _isReporting || (_owesRecords && IsCountedOn(_state));

    /// <summary>
    /// What a report of lost records came to. Counted on all the same: nobody else can know more, so it goes on.
    /// </summary>
    public void LossReported(
        LossReport report, long catalogueVersion, PartitionState recorded, bool isSettled) =>
        PostControl(new PartitionCommand<bool>(actor =>
        {
            actor._isReporting = false;
            if (isSettled && report.HasCounted == actor._hasCounted && actor.IsCountedOn(recorded))
            {
                Volatile.Write(ref actor._owesRecords, false);
            }

            if (!actor._closing)
            {
                var isNews = catalogueVersion > actor._catalogueVersion;
                actor.Adopt(
                    isNews ? catalogueVersion : actor._catalogueVersion, isNews ? recorded : actor._state);
            }

            return true;
        }));

    /// <summary>
    /// The log ends before what others were told that it holds. In sync or not, it is no longer what they count on; and
    /// as a leader it would give the same offsets away again, in the same leadership. The catalogue has to know first,
    /// also where it seems not to count on this replica: that may be changing.
    /// </summary>
    private void LostRecords(OpenReplica replica)
    {
        var counted = Math.Max(_promisedOffset, Published.HighWatermark);
        var promised = Math.Max(counted, _sentOffset);
        var hasCounted = replica.Log.LogEndOffset < counted;
        PartitionLogs.RecordsLost(_context.Logger, Name, replica.Log.LogEndOffset, promised);
        (_promisedOffset, _sentOffset) = (Math.Min(counted, replica.Log.LogEndOffset), -1);
        if (_state.Replicas.Length > 1)
        {
            _hasCounted = hasCounted || (_owesRecords && _hasCounted);
            _owedOffset = _owesRecords ? Math.Max(_owedOffset, promised) : promised;
            _owingEpoch = LeaderEpoch;
            Volatile.Write(ref _barredEpoch, _state.LeaderEpoch);
            Volatile.Write(ref _owesRecords, true);
            ReportLoss();
        }
    }

    private void ConsiderLoss()
    {
        if (!_owesRecords)
        {
            return;
        }

        if (IsCountedOn(_state))
        {
            ReportLoss();
        }
        else if (_state.LeaderEpoch > _owingEpoch && !_isReporting)
        {
            Volatile.Write(ref _owesRecords, false);
        }
    }

    private void ReportLoss()
    {
        if (!_isReporting)
        {
            _isReporting = true;
            _context.Replication.Propose(new LossReport(this, _barredEpoch, _hasCounted));
        }
    }
}
