using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Replication;

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

/// <summary>The replica lost records.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Report">What it has to say.</param>
internal sealed record LossProposal(PartitionActor Actor, LossReport Report) : InSyncProposal(Actor)
{
    public override PartitionState? NextOf(PartitionState recorded, ClusterView? view) =>
        view is null ? null : Report.NextOf(recorded, view, Actor.Config.MinInsyncReplicas);

    public override void Ended(long catalogueVersion, PartitionState recorded) =>
        Actor.LossReported(Report, catalogueVersion, recorded, Actor.Context.Replication.View is not null);
}

/// <summary>
/// The catalogue counts on an earlier life of this broker, since somebody who had not heard of the present one recorded
/// it after this broker's start had looked: it says again what it says at a start.
/// </summary>
/// <param name="Actor">Who.</param>
internal sealed record LifeProposal(PartitionActor Actor) : InSyncProposal(Actor)
{
    public override PartitionState? NextOf(PartitionState recorded, ClusterView? view) => view is null
        ? null
        : recorded.AdoptLate(
            Actor.Context.BrokerId, Actor.Context.Replication.BrokerEpoch, view, Actor.Config.MinInsyncReplicas);
}
