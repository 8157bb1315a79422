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
/// The replica lost records in the middle of the broker's life. Where others count on them it has to catch up like one
/// that was never in sync, unless nobody else can know more. Where it only had given them away as a leader, nothing is
/// lost that counts, and it stays what it is; but a leader goes on in a new leadership.
/// </summary>
/// <param name="Actor">Who.</param>
/// <param name="LeaderEpoch">The latest leadership in which it may have written what it lost.</param>
/// <param name="HasCounted">Others count on what it lost.</param>
internal sealed record LossReport(PartitionActor Actor, int LeaderEpoch, bool HasCounted) : InSyncProposal(Actor)
{
    public override PartitionState? NextOf(PartitionState recorded, ClusterView? view)
    {
        if (view is null)
        {
            return null;
        }

        // Elections ask for who is in sync, not for who has reported: a later leadership counts on it, too.
        var id = Actor.Context.BrokerId;
        var next = HasCounted ? recorded.LoseRecords(id, view, Actor.Config.MinInsyncReplicas)
            : recorded.Leader == id ? recorded with { LeaderEpoch = recorded.LeaderEpoch + 1 }
            : recorded;
        var isAnew = next.Leader == id && recorded.LeaderEpoch > LeaderEpoch;
        return isAnew || next.Equals(recorded) ? null : next;
    }

    public override void Ended(long catalogueVersion, PartitionState recorded) =>
        Actor.LossReported(this, catalogueVersion, recorded, Actor.Context.Replication.View is not null);
}
