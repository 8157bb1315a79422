using System.Collections.Immutable;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Catalogue;

/// <summary>A replica that is in sync or eligible, with the broker epoch in which it is (-1: in any).</summary>
internal readonly record struct Member(int Id, long Epoch)
{
    public static List<Member> InSyncOf(PartitionState state) => Zip(state.InSync, state.InSyncEpochs);

    public static List<Member> EligibleOf(PartitionState state) =>
        Zip(state.EligibleLeaders, state.EligibleLeaderEpochs);

    /// <summary>Whoever can be relied on, now.</summary>
    public bool Counts(ClusterView view) => view.Counts(Id, Epoch);

    private static List<Member> Zip(ImmutableArray<int> ids, ImmutableArray<long> epochs)
    {
        var members = new List<Member>(ids.Length);
        for (var index = 0; index < ids.Length; index++)
        {
            members.Add(new Member(ids[index], epochs.IsEmpty ? -1 : epochs[index]));
        }

        return members;
    }
}
