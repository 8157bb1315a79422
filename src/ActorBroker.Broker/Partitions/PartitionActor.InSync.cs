using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Partitions;

// What the leader wants the catalogue to record of its in-sync set. The outcome comes back as a document.
internal sealed partial class PartitionActor
{
    // Proposed by this replica, and not ended: a machine that is dropped meanwhile leaves it to the next one.
    private PartitionState? _underWay;

    /// <summary>This broker leads it, and a replica is not in sync; any thread.</summary>
    public bool IsUnderReplicated => ShouldLead && State is var state && state.InSync.Length < state.Replicas.Length;

    /// <summary>This broker leads it, and too few replicas are in sync for acks=all; any thread.</summary>
    public bool IsUnderMinIsr =>
        ShouldLead && State is var state && state.InSync.Length < state.EffectiveMinInSync(Config.MinInsyncReplicas);

    /// <summary>
    /// A follower may have been behind for too long, or the set may be other than it should be; any thread.
    /// </summary>
    public bool NeedsInSyncCheck =>
        Replica is { Leader: not null } && State is var state && state.Replicas.Length > 1 &&
        (LagRecords > 0 || IsUnderReplicated || state.EligibleLeaders.Length > 0);

    /// <summary>Time has passed: followers that lag leave the in-sync set.</summary>
    public bool CheckInSync()
    {
        if (_replica is { Leader: { } machine } && !_closing)
        {
            ConsiderInSync(machine);
        }

        return true;
    }

    /// <summary>What a proposal came to: the catalogue records this.</summary>
    public void ProposalEnded(PartitionState proposed, long catalogueVersion, PartitionState recorded) =>
        PostControl(new PartitionCommand<bool>(actor =>
        {
            if (ReferenceEquals(actor._underWay, proposed))
            {
                actor._underWay = null;
            }

            // Known before the catalogue's feed tells it, for a machine that has to be made anew until then.
            if (catalogueVersion > actor._catalogueVersion && !actor._closing)
            {
                actor.Adopt(catalogueVersion, recorded);
            }

            // In another leadership there is nothing left of it.
            if (actor._replica is { Leader: { } machine } replica && machine.Proposed == proposed &&
                recorded.Leader == actor._context.BrokerId && recorded.LeaderEpoch == machine.LeaderEpoch)
            {
                machine.ProposalEnded(catalogueVersion, recorded, actor._nowMs);
                actor.Settle(replica);

                // Somebody else may have caught up meanwhile, with nothing more to say.
                actor.ConsiderInSync(machine);
            }

            return true;
        }));

    private void ConsiderInSync(LeaderMachine machine)
    {
        if (_context.Replication.View is { } view &&
            machine.WantedInSync(_nowMs, _context.Replication.LagMaxMs, view) is { } wanted)
        {
            machine.Propose(wanted);
            _underWay = wanted;
            _context.Replication.Propose(new InSyncChange(this, machine.State, wanted));
        }
    }
}
