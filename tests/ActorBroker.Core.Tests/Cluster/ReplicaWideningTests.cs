using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using static ActorBroker.Core.Tests.Catalogue.States;

namespace ActorBroker.Core.Tests.Cluster;

/// <summary>Partitions with a single replica get the others once brokers come.</summary>
public sealed class ReplicaWideningTests
{
    [Fact]
    public void Every_partition_gets_as_many_replicas_as_are_meant_evenly()
    {
        var topic = Topic(6, [1]);

        var next = topic.Widen(3, Views.Live(1, 2, 3, 4), minInsyncReplicas: 1, isCalm: false)!;

        Assert.Equal(topic.Version + 1, next.Version);
        Assert.All(next.Partitions, state => Assert.Equal(3, state.Replicas.Distinct().Count()));
        Assert.All(next.Partitions, state => Assert.Equal(2, state.Adding.Length));
        Assert.All(next.Partitions, state => Assert.Equal(1, state.Leader));
        Assert.All(next.Partitions, state => Assert.Equal([1], state.InSync));
        Assert.Equal(
            [(1, 6), (2, 4), (3, 4), (4, 4)],
            next.Partitions.SelectMany(state => state.Replicas).CountBy(id => id).OrderBy(each => each.Key).Select(
                each => (each.Key, each.Value)));
        Assert.True(next.Partitions.CountBy(state => state.Replicas[0]).All(each => each.Value is 1 or 2));
    }

    [Fact]
    public void There_is_nothing_to_do_without_other_brokers_or_where_one_replica_is_meant()
    {
        Assert.Null(Topic(3, [1]).Widen(3, Views.Live(1), 1, isCalm: true));
        Assert.Null(Topic(3, [1]).Widen(3, Views.Of([1], [2, 3]), 1, isCalm: true));
        Assert.Null(Topic(3, [1]).Widen(3, Views.Of([1, 2], [], draining: [2]), 1, isCalm: true));
        Assert.Null(Topic(3, [1]).Widen(1, Views.Live(1, 2, 3), 1, isCalm: true));
    }

    [Fact]
    public void Two_replicas_may_be_meant_so_and_a_move_under_way_is_left_alone()
    {
        Assert.Null(Topic(3, [1, 2]).Widen(3, Views.Live(1, 2, 3), 1, isCalm: true));
        var moving = Topic(3, [1]).Widen(3, Views.Live(1, 2, 3), 1, isCalm: true)!;

        Assert.Null(moving.Widen(3, Views.Live(1, 2, 3, 4), 1, isCalm: true));
    }

    [Fact]
    public void Fewer_brokers_than_meant_give_what_there_is_once_no_more_come()
    {
        Assert.Null(Topic(1, [2]).Widen(3, Views.Live(1, 2), 1, isCalm: false));

        var next = Topic(1, [2]).Widen(3, Views.Live(1, 2), 1, isCalm: true)!;

        Assert.Equal([1, 2], next.Partitions[0].Replicas.Order());
    }

    private static TopicDocument Topic(int partitions, int[] replicas) => new(
        "__consumer_offsets", Guid.NewGuid(), 4,
        [.. Enumerable.Repeat(State(replicas[0], replicas, replicas: replicas), partitions)],
        ImmutableSortedDictionary<string, string>.Empty);
}
