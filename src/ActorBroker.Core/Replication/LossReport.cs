using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Replication;

/// <summary>
/// A replica lost records in the middle of the broker's life. Where others count on them it has to catch up like one
/// that was never in sync, unless nobody else can know more. Where it only had given them away as a leader, nothing is
/// lost that counts, and it stays what it is; but a leader goes on in a new leadership.
/// </summary>
/// <param name="BrokerId">Whose replica.</param>
/// <param name="LeaderEpoch">The latest leadership in which it may have written what it lost.</param>
/// <param name="HasCounted">Others count on what it lost.</param>
public sealed record LossReport(int BrokerId, int LeaderEpoch, bool HasCounted)
{
    /// <summary>What becomes of the recorded state; null: nothing, it is settled.</summary>
    public PartitionState? NextOf(PartitionState recorded, ClusterView view, int minInsyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(recorded);

        // Elections ask for who is in sync, not for who has reported: a later leadership counts on it, too.
        var next = HasCounted ? recorded.LoseRecords(BrokerId, view, minInsyncReplicas)
            : recorded.Leader == BrokerId ? recorded with { LeaderEpoch = recorded.LeaderEpoch + 1 }
            : recorded;
        var isAnew = next.Leader == BrokerId && recorded.LeaderEpoch > LeaderEpoch;
        return isAnew || next.Equals(recorded) ? null : next;
    }
}
