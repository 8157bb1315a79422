using ActorBroker.Core.Catalogue;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Workload;

/// <summary>Changes topics, through whichever broker answers, as an administrator's requests would.</summary>
internal sealed class Administrator(SimCluster cluster)
{
    private readonly World _world = cluster.World;

    public void Start() => _world.After(_world.Random.Between(100_000, 700_000), Act);

    private void Act()
    {
        var members = cluster.Brokers.Where(broker => broker is { IsMember: true, IsPaused: false }).ToArray();
        if (_world.HasFaults && members.Length > 0)
        {
            Change(_world.Random.Pick(members), _world.Random.Pick(cluster.Scenario.AllTopics));
        }

        _world.After(_world.Random.Between(100_000, 700_000), Act);
    }

    private void Change(SimBroker broker, TopicPlan plan)
    {
        if (broker.Topics.GetValueOrDefault(plan.Name) is not { } topic)
        {
            cluster.TryCreate(plan);
            return;
        }

        var index = _world.Random.Next(topic.Partitions.Length);
        var choice = _world.Random.Next(20);
        switch (plan.IsInternal ? ForInternal(choice) : choice)
        {
            case 0 when _world.Random.Chance(0.4):
                cluster.Catalogue.TryDelete(topic);
                break;
            case 1:
                cluster.Grow(plan.Name);
                break;
            case 2 or 3 or 4:
                Reassign(broker, topic, index);
                break;
            case 5:
                Configure(broker, plan);
                break;
            case 6:
                broker.Change(plan.Name, now => index < now.Partitions.Length
                    ? Changed(now, index, now.Partitions[index].CancelReassignment(broker.View, Minimum(now)))
                    : null);
                break;
            case 7 or 8 or 9 or 10:
                broker.Change(plan.Name, now => index < now.Partitions.Length
                    ? Changed(now, index, now.Partitions[index].Elect(
                        ElectionKind.Preferred, broker.View, new ElectionSettings(Minimum(now))))
                    : null);
                break;
            default:
                DeleteRecords(topic, index);
                break;
        }
    }

    /// <summary>
    /// Nobody deletes an internal topic, or records of it; and it does not grow, as its groups would be elsewhere then.
    /// </summary>
    private static int ForInternal(int choice) => choice switch
    {
        0 or 1 => 2,
        > 10 => 10,
        _ => choice,
    };

    private static TopicDocument? Changed(TopicDocument topic, int index, PartitionChange change) =>
        change.State is { } state && !state.Equals(topic.Partitions[index]) ? topic.With(index, state) : null;

    private int Minimum(TopicDocument topic) => cluster.Scenario.ConfigOf(topic).MinInsyncReplicas;

    private void Reassign(SimBroker broker, TopicDocument topic, int index)
    {
        var ids = broker.View.PlacementBrokers.Select(placed => placed.Id).ToArray();
        var more = _world.Random.Chance(0.3) ? _world.Random.Between(-1, 1) : 0;
        var count = Math.Clamp(topic.Partitions[index].Replicas.Length + more, 1, 5);
        if (ids.Length < count)
        {
            return;
        }

        var target = cluster.Place(ids, count);
        broker.Change(topic.Name, now => index < now.Partitions.Length && cluster.Budget.MayHave(
            cluster.LedgerOf(now, index), target.Length, cluster.Budget.MinimumOf(now.Id))
            ? Changed(now, index, now.Partitions[index].Reassign(target, broker.View, Minimum(now)))
            : null);
    }

    private void Configure(SimBroker broker, TopicPlan plan)
    {
        var minimum = _world.Random.Between(1, Math.Max(1, plan.MinInSync));
        broker.Change(plan.Name, now => now.Partitions.Select((state, index) => (state, index)).All(at =>
            cluster.Budget.MayHave(cluster.LedgerOf(now, at.index), at.state.Replicas.Length, minimum))
            ? now.WithConfigs(now.Configs.SetItem("min.insync.replicas", minimum == 1 ? "1" : $"{minimum}"))
            : null);
    }

    private void DeleteRecords(TopicDocument topic, int index)
    {
        var leader = topic.Partitions[index].Leader;
        if (leader >= 0 && cluster.Broker(leader).Replica(topic.Id, index) is { } replica)
        {
            cluster.Broker(leader).Receive(0, () => replica.Post(() =>
                replica.DeleteRecords(replica.HighWatermark - _world.Random.Next(20))));
        }
    }
}
