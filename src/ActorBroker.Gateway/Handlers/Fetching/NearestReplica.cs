using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>
/// Finds the replica for a consumer that has said in which rack it stands (KIP-392): one that is in sync, as others may
/// be far behind. Whoever names no rack reads from the leader.
/// </summary>
internal static class NearestReplica
{
    /// <summary>The broker that the leader sends the consumer to; -1 where that is none better than itself.</summary>
    public static int Find(ClusterImage cluster, Partition partition, int self, string rack)
    {
        if (rack.Length == 0 || !partition.IsLeader ||
            !cluster.Brokers.TryGetValue(self, out var leader) || leader.Rack == rack ||
            !cluster.TopicsById.TryGetValue(partition.TopicId, out var topic) ||
            partition.Name.Partition >= topic.Partitions.Length)
        {
            return -1;
        }

        foreach (var replica in topic.Partitions[partition.Name.Partition].InSync)
        {
            if (cluster.Brokers.TryGetValue(replica, out var broker) && broker.Rack == rack)
            {
                return replica;
            }
        }

        return -1;
    }
}
