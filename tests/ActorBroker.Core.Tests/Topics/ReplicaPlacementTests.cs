using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Tests.Cluster;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Topics;

public class ReplicaPlacementTests
{
    private static readonly PlacementBroker[] Five = [new(1), new(2), new(3), new(4), new(5)];

    [Fact]
    public void One_broker_holds_everything()
    {
        var placement = ReplicaPlacement.Place([new(7)], partitions: 3, replicationFactor: 1, start: 12);
        Assert.Equal([[7], [7], [7]], Lists(placement));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Leaders_and_replicas_spread_evenly(int start)
    {
        var placement = ReplicaPlacement.Place(Five, partitions: 20, replicationFactor: 3, start);

        var lists = Lists(placement);
        Assert.All(lists, list => Assert.Equal(3, list.Distinct().Count()));
        Assert.All(lists.CountBy(list => list[0]), leaders => Assert.Equal(4, leaders.Value));
        Assert.All(lists.SelectMany(list => list).CountBy(id => id), replicas => Assert.Equal(12, replicas.Value));
    }

    [Fact]
    public void A_brokers_partitions_do_not_all_have_the_same_followers()
    {
        var lists = Lists(ReplicaPlacement.Place(Five, partitions: 20, replicationFactor: 2, start: 0));
        Assert.All(
            lists.GroupBy(list => list[0]),
            ofLeader => Assert.Equal(4, ofLeader.Select(list => list[1]).Distinct().Count()));
    }

    [Fact]
    public void The_same_start_gives_the_same_places_and_growth_goes_on_where_creation_ended()
    {
        var whole = Lists(ReplicaPlacement.Place(Five, partitions: 12, replicationFactor: 3, start: 4));
        var first = Lists(ReplicaPlacement.Place(Five, partitions: 7, replicationFactor: 3, start: 4));
        var rest = Lists(ReplicaPlacement.Place(Five, 5, replicationFactor: 3, start: 4, firstPartition: 7));
        Assert.Equal(whole, [.. first, .. rest]);
    }

    [Fact]
    public void Replicas_stand_in_as_many_racks_as_there_are()
    {
        PlacementBroker[] brokers =
            [new(1, "a"), new(2, "a"), new(3, "a"), new(4, "b"), new(5, "b"), new(6, "b"), new(7, "c"), new(8, "c")];
        var rackOf = brokers.ToDictionary(broker => broker.Id, broker => broker.Rack);

        var three = Lists(ReplicaPlacement.Place(brokers, partitions: 48, replicationFactor: 3, start: 1));
        var five = Lists(ReplicaPlacement.Place(brokers, partitions: 48, replicationFactor: 5, start: 1));

        Assert.All(three, list => Assert.Equal(3, list.Select(id => rackOf[id]).Distinct().Count()));
        Assert.All(five, list => Assert.Equal(3, list.Select(id => rackOf[id]).Distinct().Count()));
        Assert.All(five, list => Assert.Equal(5, list.Distinct().Count()));
        Assert.All(three.CountBy(list => list[0]), leaders => Assert.Equal(6, leaders.Value));
    }

    [Theory]
    [InlineData(0, 1, ErrorCode.InvalidPartitions)]
    [InlineData(-5, 1, ErrorCode.InvalidPartitions)]
    [InlineData(10_001, 1, ErrorCode.PolicyViolation)]
    [InlineData(1, 0, ErrorCode.InvalidReplicationFactor)]
    [InlineData(1, -3, ErrorCode.InvalidReplicationFactor)]
    [InlineData(1, 6, ErrorCode.InvalidReplicationFactor)]
    public void Impossible_numbers_are_refused(int partitions, int replicationFactor, ErrorCode error)
    {
        var placement = ReplicaPlacement.Place(Five, partitions, replicationFactor, start: 0);
        Assert.Equal(error, placement.Error);
        Assert.NotNull(placement.Message);
    }

    [Fact]
    public void A_sound_manual_assignment_is_taken_as_it_is()
    {
        var placement = ReplicaPlacement.Manual(
            new Dictionary<int, int[]> { [1] = [3, 1], [0] = [2, 5] }, Five);
        Assert.Equal([[2, 5], [3, 1]], Lists(placement));
    }

    [Fact]
    public void An_unsound_manual_assignment_is_refused()
    {
        Dictionary<int, int[]>[] unsound =
        [
            new() { [0] = [1], [2] = [1] },
            new() { [1] = [1] },
            new() { [0] = [] },
            new() { [0] = [1, 1] },
            new() { [0] = [1, 2], [1] = [1] },
            new() { [0] = [9] },
            new() { [0] = null! },
        ];
        Assert.All(unsound, assignments =>
            Assert.Equal(ErrorCode.InvalidReplicaAssignment, ReplicaPlacement.Manual(assignments, Five).Error));
        Assert.Equal(
            ErrorCode.InvalidPartitions, ReplicaPlacement.Manual(new Dictionary<int, int[]>(), Five).Error);
    }

    [Fact]
    public void A_topic_grows_by_chosen_or_by_given_places()
    {
        var topic = TopicOf([1, 2], [2, 3]);

        var chosen = Lists(ReplicaPlacement.Grow(topic, count: 4, assignments: null, Five, start: 0));
        Assert.Equal(2, chosen.Length);
        Assert.All(chosen, list => Assert.Equal(2, list.Length));

        Assert.Equal([[4, 5]], Lists(ReplicaPlacement.Grow(topic, count: 3, [[4, 5]], Five, start: 0)));
    }

    [Fact]
    public void A_topic_neither_shrinks_nor_takes_unsound_places()
    {
        var topic = TopicOf([1, 2], [2, 3]);

        Assert.Equal(ErrorCode.InvalidPartitions, ReplicaPlacement.Grow(topic, 2, null, Five, start: 0).Error);
        Assert.Equal(ErrorCode.InvalidPartitions, ReplicaPlacement.Grow(topic, 1, null, Five, start: 0).Error);
        Assert.Equal(
            ErrorCode.InvalidReplicaAssignment, ReplicaPlacement.Grow(topic, 4, [[1, 2]], Five, start: 0).Error);
        Assert.Equal(
            ErrorCode.InvalidReplicaAssignment, ReplicaPlacement.Grow(topic, 3, [[1]], Five, start: 0).Error);
        Assert.Equal(
            ErrorCode.InvalidReplicationFactor, ReplicaPlacement.Grow(topic, 3, null, [new(1)], start: 0).Error);
    }

    private static TopicDocument TopicOf(params int[][] replicas) => TopicDocuments.Create(
        "t",
        Guid.Empty,
        [.. replicas.Select(list => list.ToImmutableArray())],
        ImmutableSortedDictionary<string, string>.Empty,
        Views.Live([.. replicas.SelectMany(list => list).Distinct()]));

    private static int[][] Lists(Placement placement)
    {
        Assert.Equal(ErrorCode.None, placement.Error);
        return [.. placement.Replicas.Select(replicas => replicas.ToArray())];
    }
}
