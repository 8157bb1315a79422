using ActorBroker.Core.Catalogue;
using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Faults;

/// <summary>
/// Keeps the injector within what the design promises to survive. A replica that lost something counts as lost until
/// the catalogue records it in sync in a later life.
/// </summary>
internal sealed class FaultBudget(SimCluster cluster)
{
    private readonly Dictionary<(PartitionLedger Partition, int Broker), long> _lost = [];
    private readonly Dictionary<Guid, int> _lowestMinimum = [];

    /// <summary>How many replicas of the partition lack something now.</summary>
    public int LostNow(PartitionLedger partition) => _lost.Keys.Count(lost => lost.Partition == partition);

    /// <summary>The lowest <c>min.insync.replicas</c> that the topic ever had.</summary>
    public int MinimumOf(Guid topicId) => _lowestMinimum[topicId];

    /// <summary>The catalogue records a topic's next state.</summary>
    public void Changed(TopicDocument topic)
    {
        var minimum = cluster.Scenario.ConfigOf(topic).MinInsyncReplicas;
        _lowestMinimum[topic.Id] = Math.Min(_lowestMinimum.GetValueOrDefault(topic.Id, int.MaxValue), minimum);
        for (var index = 0; index < topic.Partitions.Length; index++)
        {
            var state = topic.Partitions[index];
            var partition = cluster.LedgerOf(topic, index);
            for (var at = 0; at < state.InSync.Length; at++)
            {
                var key = (partition, state.InSync[at]);
                if (_lost.TryGetValue(key, out var epoch) && at < state.InSyncEpochs.Length &&
                    state.InSyncEpochs[at] > epoch)
                {
                    _lost.Remove(key);
                }
            }
        }
    }

    /// <summary>True, and noted, if the broker may lose its unsynced bytes, or its whole disk, now.</summary>
    public bool TrySpend(SimBroker broker, bool wholeDisk)
    {
        var concerned = new List<PartitionLedger>();
        foreach (var topic in cluster.Catalogue.Topics)
        {
            var config = cluster.Scenario.ConfigOf(topic);
            if (config.FlushMessages <= 1 && !wholeDisk)
            {
                continue;
            }

            for (var index = 0; index < topic.Partitions.Length; index++)
            {
                if (!topic.Partitions[index].Replicas.Contains(broker.Id))
                {
                    continue;
                }

                var partition = cluster.LedgerOf(topic, index);
                var others = _lost.Keys.Count(lost => lost.Partition == partition && lost.Broker != broker.Id);
                var minimum = Math.Min(_lowestMinimum[topic.Id], topic.Partitions[index].Replicas.Length);
                if (others + 1 > minimum - 1)
                {
                    return false;
                }

                concerned.Add(partition);
            }
        }

        foreach (var partition in concerned)
        {
            _lost[(partition, broker.Id)] = broker.Disk.LastEpoch ?? 0;
        }

        return true;
    }
}
