using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Broker.Cluster;

/// <summary>How many partitions got a new leader by a change of documents.</summary>
internal sealed class ElectionCount(ClusterView view)
{
    public int Elected { get; private set; }

    /// <summary>Those whose leader may lack committed records.</summary>
    public int Unclean { get; private set; }

    /// <summary>One of them had lost its leader.</summary>
    public bool AfterLoss { get; private set; }

    public void Add(TopicDocument before, TopicDocument after)
    {
        for (var index = 0; index < after.Partitions.Length; index++)
        {
            var (old, elected) = (before.Partitions[index], after.Partitions[index]);
            if (elected.LeaderEpoch != old.LeaderEpoch && elected.Leader >= 0)
            {
                Elected++;
                AfterLoss |= !view.IsLive(old.Leader);
                Unclean += old.InSync.Contains(elected.Leader) || old.EligibleLeaders.Contains(elected.Leader) ? 0 : 1;
            }
        }
    }
}
