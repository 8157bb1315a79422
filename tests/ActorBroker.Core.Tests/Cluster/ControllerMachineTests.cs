using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Tests.Cluster;

public class ControllerMachineTests
{
    private static readonly ElectionSettings MinTwo = new(MinInsyncReplicas: 2);

    [Fact]
    public void A_dead_broker_changes_each_of_its_topics_once_and_the_others_not_at_all()
    {
        TopicDocument[] topics = [Topic("a", [1, 2, 3], [1, 3, 2]), Topic("b", [2, 3, 4]), Topic("c", [3, 1, 2])];

        var changed = ControllerMachine.Supervise(topics, Views.Of([2, 3, 4], dead: [1]), _ => MinTwo);

        Assert.Equal(["a", "c"], changed.Select(topic => topic.Name));
        Assert.All(changed, topic => Assert.Equal(2, topic.Version));
        Assert.Equal([2, 3], changed[0].Partitions.Select(state => state.Leader));
        Assert.Equal(3, changed[1].Partitions[0].Leader);
    }

    [Fact]
    public void What_it_made_needs_nothing_more()
    {
        TopicDocument[] topics = [Topic("a", [1, 2, 3], [1, 3, 2])];
        var view = Views.Of([3], dead: [1, 2], draining: [3]);

        var changed = ControllerMachine.Supervise(topics, view, _ => MinTwo);

        Assert.Single(changed);
        Assert.Empty(ControllerMachine.Supervise(changed, view, _ => MinTwo));
    }

    [Fact]
    public void Settings_are_those_of_the_topic()
    {
        TopicDocument[] topics = [Topic("clean", [1, 2]), Topic("unclean", [1, 2])];
        topics = [.. topics.Select(topic => topic.With(0, topic.Partitions[0] with
        {
            InSync = [1],
            InSyncEpochs = [10],
        }))];

        var changed = ControllerMachine.Supervise(
            topics,
            Views.Of([2], dead: [1]),
            topic => new ElectionSettings(1, UncleanElections: topic.Name == "unclean"));

        Assert.Equal([-1, 2], changed.Select(topic => topic.Partitions[0].Leader));
    }

    [Fact]
    public void Where_all_are_well_it_allocates_nothing_however_many_partitions_there_are()
    {
        var topics = Enumerable.Range(0, 30)
            .Select(index => Topic($"t{index}", [.. Enumerable.Repeat<int[]>([1, 2, 3], 100)])).ToArray();
        var view = Views.Live(1, 2, 3);
        static ElectionSettings Settings(TopicDocument topic) => MinTwo;
        ControllerMachine.Supervise(topics, view, Settings);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var changed = ControllerMachine.Supervise(topics, view, Settings);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Empty(changed);
        Assert.InRange(allocated, 0, 500);
    }

    [Fact]
    public void A_broker_that_lost_too_many_leaderships_gets_back_what_it_can_lead()
    {
        var topic = Topic("a", [1, 2], [1, 2], [1, 2], [2, 1]);
        topic = topic with
        {
            Partitions =
            [
                topic.Partitions[0] with { Leader = 2 },
                topic.Partitions[1] with { Leader = 2, InSync = [2], InSyncEpochs = [20] },
                topic.Partitions[2],
                topic.Partitions[3],
            ],
        };

        var changed = Assert.Single(ControllerMachine.BalanceLeaders([topic], Views.Live(1, 2), 10));

        Assert.Equal([1, 2, 1, 2], changed.Partitions.Select(state => state.Leader));
        Assert.Equal([1, 0, 0, 0], changed.Partitions.Select(state => state.LeaderEpoch));
        Assert.Empty(ControllerMachine.BalanceLeaders([topic], Views.Live(1, 2), 67));
        Assert.Empty(ControllerMachine.BalanceLeaders([topic], Views.Of([2], dead: [1]), 10));
        Assert.Empty(ControllerMachine.BalanceLeaders([topic], Views.Of([1, 2], dead: [], draining: [1]), 10));
    }

    [Fact]
    public void One_balancing_moves_a_bounded_number_of_leaderships()
    {
        var topic = Topic("a", [.. Enumerable.Repeat<int[]>([1, 2], 1500)]);
        topic = topic with
        {
            Partitions = [.. topic.Partitions.Select(state => state with { Leader = 2 })],
        };

        var first = Assert.Single(ControllerMachine.BalanceLeaders([topic], Views.Live(1, 2), 10));
        Assert.Equal(ControllerMachine.BalancedPartitionsMax, first.Partitions.Count(state => state.Leader == 1));

        var second = Assert.Single(ControllerMachine.BalanceLeaders([first], Views.Live(1, 2), 10));
        Assert.All(second.Partitions, state => Assert.Equal(1, state.Leader));
    }

    private static TopicDocument Topic(string name, params int[][] replicas) => TopicDocuments.Create(
        name,
        Guid.Empty,
        [.. replicas.Select(list => list.ToImmutableArray())],
        ImmutableSortedDictionary<string, string>.Empty,
        Views.Live(1, 2, 3, 4));
}
