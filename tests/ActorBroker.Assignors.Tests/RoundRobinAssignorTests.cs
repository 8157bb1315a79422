namespace ActorBroker.Assignors.Tests;

/// <summary>The tables hold what Kafka's own round-robin assignor answers.</summary>
public class RoundRobinAssignorTests
{
    [Fact]
    public void Partitions_are_dealt_across_topics() => new Scenario()
        .Member("m2", "a b").Member("m1", "a b").Topic("b", 3).Topic("a", 3)
        .Gives(PartitionAssignors.RoundRobin, "m1: a-0 a-2 b-1", "m2: a-1 b-0 b-2");

    [Fact]
    public void Who_does_not_subscribe_is_passed_over() => new Scenario()
        .Member("m1", "a").Member("m2", "a b").Member("m3", "a b c").Topic("a", 1).Topic("b", 2).Topic("c", 3)
        .Gives(PartitionAssignors.RoundRobin, "m1: a-0", "m2: b-0", "m3: b-1 c-0 c-1 c-2");

    [Fact]
    public void The_deal_goes_on_behind_the_last_who_got_one_even_when_it_skips() => new Scenario()
        .Member("m1", "a c").Member("m2", "a").Member("m3", "b c").Topic("a", 1).Topic("b", 1).Topic("c", 3)
        .Gives(PartitionAssignors.RoundRobin, "m1: a-0 c-0 c-2", "m2:", "m3: b-0 c-1");

    [Fact]
    public void Static_members_come_first_by_instance() => new Scenario()
        .Member("a", "t").Member("z", "t", instance: "i1").Member("b", "t", instance: "i2").Topic("t", 4)
        .Gives(PartitionAssignors.RoundRobin, "a: t-2", "b: t-1", "z: t-0 t-3");

    [Fact]
    public void Unknown_and_unread_topics_are_left_out() => new Scenario()
        .Member("m1", "gone a").Topic("a", 1).Topic("unread", 2)
        .Gives(PartitionAssignors.RoundRobin, "m1: a-0");
}
