using ActorBroker.Core.Catalogue;
using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Faults;

/// <summary>
/// Keeps the injector within what the design promises to survive. A replica whose broker stopped uncleanly is suspect
/// until the catalogue records it in sync in a later life.
/// </summary>
internal sealed class FaultBudget(SimCluster cluster)
{
    private readonly Dictionary<(PartitionLedger Partition, int Broker), (long Epoch, bool HasLost)> _suspects = [];
    private readonly Dictionary<Guid, int> _lowestMinimum = [];

    // How many replicas hold whatever is committed: what was committed while there were few stays with few until more
    // have it.
    private readonly Dictionary<PartitionLedger, int> _holders = [];

    /// <summary>How many replicas of the partition lack something now.</summary>
    public int LostNow(PartitionLedger partition) =>
        _suspects.Count(suspect => suspect.Key.Partition == partition && suspect.Value.HasLost);

    /// <summary>The lowest <c>min.insync.replicas</c> that the topic ever had.</summary>
    public int MinimumOf(Guid topicId) => _lowestMinimum[topicId];

    /// <summary>
    /// True if the partition may be left with so many replicas and this minimum: where anything is lost, they don't
    /// allow less than are suspect already.
    /// </summary>
    public bool MayHave(PartitionLedger partition, int replicas, int minimum) =>
        LostNow(partition) == 0 ||
        _suspects.Keys.Count(key => key.Partition == partition) <= Math.Min(minimum, replicas) - 1;

    /// <summary>The catalogue records a topic's next state.</summary>
    public void Changed(TopicDocument topic)
    {
        var minimum = cluster.Scenario.ConfigOf(topic).MinInsyncReplicas;
        _lowestMinimum[topic.Id] = Math.Min(_lowestMinimum.GetValueOrDefault(topic.Id, int.MaxValue), minimum);
        for (var index = 0; index < topic.Partitions.Length; index++)
        {
            var state = topic.Partitions[index];
            var partition = cluster.LedgerOf(topic, index);
            var effective = state.EffectiveMinInSync(_lowestMinimum[topic.Id]);
            _holders[partition] = state.InSync.Length >= effective
                ? effective
                : Math.Min(_holders.GetValueOrDefault(partition, effective), effective);
            for (var at = 0; at < state.InSync.Length; at++)
            {
                var key = (partition, state.InSync[at]);
                if (_suspects.TryGetValue(key, out var suspect) && at < state.InSyncEpochs.Length &&
                    state.InSyncEpochs[at] > suspect.Epoch)
                {
                    _suspects.Remove(key);
                }
            }
        }
    }

    /// <summary>True if the broker's process may be killed now.</summary>
    public bool MayKill(SimBroker broker) => Concerned(broker, Damage.None) is not null;

    /// <summary>True, and noted, if the broker's process may be killed now; its disk stays as it is.</summary>
    public bool TryKill(SimBroker broker) => TrySpend(broker, Damage.None);

    /// <summary>True, and noted, if the broker may lose its unsynced bytes, or its whole disk, now.</summary>
    public bool TryLose(SimBroker broker, bool wholeDisk) =>
        TrySpend(broker, wholeDisk ? Damage.Everything : Damage.Unsynced);

    private bool TrySpend(SimBroker broker, Damage damage)
    {
        if (Concerned(broker, damage) is not { } concerned)
        {
            return false;
        }

        foreach (var (partition, hasLost) in concerned)
        {
            var key = (partition, broker.Id);
            var before = _suspects.TryGetValue(key, out var suspect) && suspect.HasLost;
            _suspects[key] = (broker.Disk.LastEpoch ?? 0, hasLost || before);
        }

        return true;
    }

    /// <summary>The partitions that would suffer, and whether they lose anything; null: more than they may.</summary>
    private List<(PartitionLedger Partition, bool HasLost)>? Concerned(SimBroker broker, Damage damage)
    {
        var concerned = new List<(PartitionLedger Partition, bool HasLost)>();
        foreach (var topic in cluster.Catalogue.Topics)
        {
            var isSynced = cluster.Scenario.ConfigOf(topic).FlushMessages <= 1;
            var hasLost = damage == Damage.Everything || (damage == Damage.Unsynced && !isSynced);
            for (var index = 0; index < topic.Partitions.Length; index++)
            {
                var state = topic.Partitions[index];
                if (!state.Replicas.Contains(broker.Id))
                {
                    continue;
                }

                var partition = cluster.LedgerOf(topic, index);
                var others = _suspects
                    .Where(at => at.Key.Partition == partition && at.Key.Broker != broker.Id).ToList();
                var minimum = Math.Min(_holders[partition], state.Replicas.Length - state.Removing.Length);
                if (others.Count + 1 > minimum - 1 && (hasLost || others.Exists(other => other.Value.HasLost)))
                {
                    return null;
                }

                concerned.Add((partition, hasLost));
            }
        }

        return concerned;
    }

    private enum Damage
    {
        None,
        Unsynced,
        Everything,
    }
}
