using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

// The log lost records that others were told it holds, in the middle of the broker's life: the catalogue has to know.
internal sealed partial class PartitionActor
{
    private readonly LossMachine _loss;
    private bool _leavesLoss;

    /// <summary>
    /// It was closed while the catalogue counted on records that it has lost, or might come to: its broker's stop is
    /// not a clean one, or the next life would be believed to hold them.
    /// </summary>
    public bool LeavesLoss => Volatile.Read(ref _leavesLoss);

    /// <summary>What a report of lost records came to.</summary>
    public void LossReported(
        LossReport report, long catalogueVersion, PartitionState recorded, bool isSettled) =>
        PostControl(new PartitionCommand<bool>(actor =>
        {
            actor._loss.Reported(report, recorded, isSettled);
            if (!actor._closing)
            {
                var isNews = catalogueVersion > actor._catalogueVersion;
                actor.Adopt(
                    isNews ? catalogueVersion : actor._catalogueVersion, isNews ? recorded : actor._state);
            }

            return true;
        }));

    /// <summary>A log was opened: is all there that others were told of?</summary>
    private void ConsiderLoss(PartitionLog log)
    {
        var told = Math.Max(_loss.ToldUpTo, Published.HighWatermark);
        if (log.LogEndOffset < told)
        {
            PartitionLogs.RecordsLost(_context.Logger, Name, log.LogEndOffset, told);
            Report(_loss.Lose(log.LogEndOffset, Published.HighWatermark, LeaderEpoch, _state));
        }
    }

    private void Report(LossReport? report)
    {
        if (report is not null)
        {
            _context.Replication.Propose(new LossProposal(this, report));
        }
    }
}
