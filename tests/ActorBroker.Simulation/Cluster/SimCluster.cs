using System.Collections.Immutable;
using System.Globalization;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Faults;

namespace ActorBroker.Simulation.Cluster;

/// <summary>Everything that is simulated of a cluster, and the checker beside it.</summary>
internal sealed class SimCluster
{
    private readonly SortedDictionary<int, SimBroker> _brokers = [];
    private readonly Dictionary<(Guid Topic, int Partition), PartitionLedger> _ledgers = [];
    private readonly List<PartitionLedger> _allLedgers = [];

    public SimCluster(World world, bool hasGroups)
    {
        World = world;
        Scenario = new Scenario(world.Random, hasGroups);
        Network = new Network(world);
        Membership = new SimMembership(world) { LeaseMs = Scenario.LeaseMs };
        Catalogue = new SimCatalogue(world) { Changing = Changing };
        Budget = new FaultBudget(this);
        for (var id = 1; id <= Scenario.Brokers; id++)
        {
            var broker = new SimBroker(this, id);
            _brokers.Add(id, broker);
            Membership.Add(broker);
            Catalogue.Follow(broker);
        }
    }

    public World World { get; }

    public Scenario Scenario { get; }

    public Network Network { get; }

    public SimCatalogue Catalogue { get; }

    public SimMembership Membership { get; }

    public FaultBudget Budget { get; }

    public IReadOnlyCollection<SimBroker> Brokers => _brokers.Values;

    /// <summary>Of every partition that is, or was.</summary>
    public IReadOnlyList<PartitionLedger> Ledgers => _allLedgers;

    public SimBroker Broker(int id) => _brokers[id];

    public PartitionLedger LedgerOf(TopicDocument topic, int index)
    {
        if (!_ledgers.TryGetValue((topic.Id, index), out var ledger))
        {
            ledger = new PartitionLedger(World, this, _allLedgers.Count, topic.Name, topic.Id, index);
            _ledgers.Add((topic.Id, index), ledger);
            _allLedgers.Add(ledger);
        }

        return ledger;
    }

    /// <summary>The brokers as they are registered, and really alive.</summary>
    public ClusterView TrueView() => new(
        Catalogue.Brokers.Values,
        _brokers.Values.Where(broker => broker.IsMember).ToDictionary(broker => broker.Id, broker => broker.Epoch));

    /// <summary>A topic as its plan says, at whichever brokers live; true once there is one.</summary>
    public bool TryCreate(TopicPlan plan)
    {
        var view = TrueView();
        var ids = view.PlacementBrokers.Select(broker => broker.Id).ToArray();
        if (ids.Length == 0 || Catalogue.Find(plan.Name) is not null)
        {
            return ids.Length > 0;
        }

        if (plan.IsInternal && ids.Length < plan.Replicas)
        {
            // Made once, it lives long: those who are just not there are waited for.
            return false;
        }

        var configs = ImmutableSortedDictionary<string, string>.Empty
            .Add("min.insync.replicas", Text(plan.MinInSync))
            .Add("segment.bytes", Text(plan.SegmentBytes))
            .Add("retention.bytes", Text(plan.RetentionBytes))
            .Add("unclean.leader.election.enable", plan.Unclean ? "1" : "0");
        if (plan.Flush)
        {
            configs = configs.Add("flush.messages", "1");
        }

        var replicas = Enumerable.Range(0, plan.Partitions).Select(_ => Place(ids, plan.Replicas)).ToImmutableArray();
        return Catalogue.TryWrite(TopicDocuments.Create(plan.Name, World.Random.NextGuid(), replicas, configs, view));
    }

    public void Grow(string name)
    {
        var view = TrueView();
        var ids = view.PlacementBrokers.Select(broker => broker.Id).ToArray();
        if (ids.Length > 0 && Catalogue.Find(name) is { Partitions.Length: < 3 } topic)
        {
            Catalogue.TryWrite(topic.Grow([Place(ids, topic.Partitions[0].Replicas.Length)], view));
        }
    }

    /// <summary>Some of these brokers, in some order.</summary>
    public ImmutableArray<int> Place(int[] ids, int count)
    {
        var left = ids.ToList();
        var chosen = ImmutableArray.CreateBuilder<int>();
        while (left.Count > 0 && chosen.Count < count)
        {
            var at = World.Random.Next(left.Count);
            chosen.Add(left[at]);
            left.RemoveAt(at);
        }

        return chosen.ToImmutable();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Looks at each change of the catalogue before it is made.</summary>
    private void Changing(TopicDocument? before, TopicDocument? after)
    {
        for (var index = 0; index < (after ?? before)!.Partitions.Length; index++)
        {
            var ledger = LedgerOf((after ?? before)!, index);
            if (after is null)
            {
                ledger.IsDeleted = true;
                World.Say(0, ledger.Number, $"{ledger.Name} is deleted");
                continue;
            }

            var next = after.Partitions[index];
            if (before is not null && index < before.Partitions.Length)
            {
                var last = before.Partitions[index];
                if (!last.Equals(next))
                {
                    World.Say(0, ledger.Number, $"{ledger.Name} becomes v{after.Version} {Text(next)}");
                    ledger.Changing(last, next, Scenario.ConfigOf(after).UncleanLeaderElection);
                }
            }
            else
            {
                World.Say(0, ledger.Number, $"{ledger.Name} is created as {Text(next)}");
                ledger.Creating(next);
            }
        }

        if (after is not null)
        {
            Budget.Changed(after);
        }
    }

    private static string Text(PartitionState state) =>
        $"leader {state.Leader} epoch {state.LeaderEpoch} of [{string.Join(' ', state.Replicas)}] " +
        $"in sync {Members(state.InSync, state.InSyncEpochs)} " +
        $"eligible {Members(state.EligibleLeaders, state.EligibleLeaderEpochs)}";

    private static string Members(ImmutableArray<int> ids, ImmutableArray<long> epochs) =>
        $"[{string.Join(' ', ids.Select((id, at) => $"{id}/{(at < epochs.Length ? epochs[at] : -1)}"))}]";
}
