using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Broker.Replication;

/// <summary>What a replica wants recorded of its partition.</summary>
/// <param name="Actor">Who.</param>
internal abstract record InSyncProposal(PartitionActor Actor)
{
    /// <summary>What becomes of the recorded state; null: nothing, it is settled.</summary>
    public abstract PartitionState? NextOf(PartitionState recorded, ClusterView? view);

    /// <summary>It is settled, one way or the other: this is recorded.</summary>
    public virtual void Ended(long catalogueVersion, PartitionState recorded)
    {
    }
}

/// <summary>A leader's in-sync set.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Known">The state that it was made from: only this one may be replaced.</param>
/// <param name="Next">The state that it wants.</param>
internal sealed record InSyncChange(PartitionActor Actor, PartitionState Known, PartitionState Next)
    : InSyncProposal(Actor)
{
    public override PartitionState? NextOf(PartitionState recorded, ClusterView? view) =>
        recorded.Equals(Known) ? Next : null;

    public override void Ended(long catalogueVersion, PartitionState recorded) =>
        Actor.ProposalEnded(Next, catalogueVersion, recorded);
}

/// <summary>
/// The replica's disk lost records that others count on, in the middle of the broker's life. It has to catch up like
/// one that was never in sync; where nobody else can know more it goes on, as a leader in a new leadership.
/// </summary>
/// <param name="Actor">Who.</param>
/// <param name="LeaderEpoch">The latest leadership in which it may have written what it lost.</param>
internal sealed record LossReport(PartitionActor Actor, int LeaderEpoch) : InSyncProposal(Actor)
{
    public override PartitionState? NextOf(PartitionState recorded, ClusterView? view)
    {
        if (view is null)
        {
            return null;
        }

        // Elections ask for who is in sync, not for who has reported: a later leadership counts on it, too.
        var next = recorded.LoseRecords(Actor.Context.BrokerId, view, Actor.Config.MinInsyncReplicas);
        var isAnew = next.Leader == Actor.Context.BrokerId && recorded.LeaderEpoch > LeaderEpoch;
        return isAnew || next.Equals(recorded) ? null : next;
    }

    public override void Ended(long catalogueVersion, PartitionState recorded) =>
        Actor.LossReported(catalogueVersion, recorded, Actor.Context.Replication.View is not null);
}
