using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Partitions;

// The recovery point that a start will find on the disk: what lies below it is believed without a look. After a cut it
// must be lowered before anything is written there again; after a gap it must be raised before anything is answered, as
// a start that looks ends the log where offsets are missing. Both wait for one write that serves all partitions: an
// election cuts many of them at once.
internal sealed partial class PartitionActor
{
    private const long RecoveryPointRestMs = 1000;

    private bool _awaitsRecoveryPoint;
    private long _noRecoveryPointBeforeMs = long.MinValue;

    // It lies above the log's own: nothing is taken, nor answered, before it has been lowered.
    private bool _isTrustedTooFar;

    /// <summary>A start after a crash would end the log at the gap: see the recovery's rules.</summary>
    private bool HasUnsafeGap(OpenReplica replica) => replica.GapEnd > 0 && replica.GapEnd > WrittenRecoveryPoint;

    private long WrittenRecoveryPoint => _context.Directory.RecoveryPoints.GetValueOrDefault(Name);

    private void ConsiderRecoveryPoint(OpenReplica replica)
    {
        if (_awaitsRecoveryPoint || _closing)
        {
            return;
        }

        if (_isTrustedTooFar || (HasUnsafeGap(replica) && replica.Log.RecoveryPoint >= replica.GapEnd))
        {
            if (_context.Clock.NowMs < _noRecoveryPointBeforeMs)
            {
                _alarm.Arm(_noRecoveryPointBeforeMs);
                return;
            }

            _awaitsRecoveryPoint = true;
            _context.Checkpoints.WriteRecoveryPointsSoon(failure => PostControl(new PartitionCommand<bool>(actor =>
            {
                actor.OnRecoveryPointWritten(failure);
                return true;
            })));
        }
    }

    private void OnRecoveryPointWritten(Exception? failure)
    {
        _awaitsRecoveryPoint = false;
        if (_replica is not { } replica)
        {
            return;
        }

        // It may have been cut again meanwhile; and where something failed, that may have been another directory.
        _isTrustedTooFar &= WrittenRecoveryPoint > replica.Log.RecoveryPoint;
        if (failure is not null && (_isTrustedTooFar || HasUnsafeGap(replica)))
        {
            // The log is sound, and stays open; but nobody is told for now what it holds.
            AnswerAppends(_awaitFlushed, ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
            _noRecoveryPointBeforeMs = _context.Clock.NowMs + RecoveryPointRestMs;
        }

        AnswerWritten(replica);
        ConsiderFlush(replica);
    }

    /// <summary>A leader writes at once.</summary>
    private void LowerRecoveryPoint()
    {
        if (_isTrustedTooFar)
        {
            _context.Checkpoints.WriteRecoveryPoints();
            _isTrustedTooFar = false;
        }
    }
}
