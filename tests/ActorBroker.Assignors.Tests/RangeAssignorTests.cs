namespace ActorBroker.Assignors.Tests;

/// <summary>The tables hold what Kafka's own range assignor answers, so that any client may lead the group.</summary>
public class RangeAssignorTests
{
    [Fact]
    public void Each_subscriber_gets_a_run_and_the_first_ones_one_more() => new Scenario()
        .Member("m1", "a b").Member("m2", "a b").Topic("a", 3).Topic("b", 3)
        .Gives(PartitionAssignors.Range, "m1: a-0 a-1 b-0 b-1", "m2: a-2 b-2");

    [Fact]
    public void Members_beyond_the_partitions_get_nothing() => new Scenario()
        .Member("m1", "a").Member("m2", "a").Member("m3", "a").Topic("a", 2)
        .Gives(PartitionAssignors.Range, "m1: a-0", "m2: a-1", "m3:");

    [Fact]
    public void A_topic_goes_to_its_subscribers_only() => new Scenario()
        .Member("m1", "a").Member("m2", "a b").Member("m3", "a").Topic("a", 3).Topic("b", 2)
        .Gives(PartitionAssignors.Range, "m1: a-0", "m2: a-1 b-0 b-1", "m3: a-2");

    [Fact]
    public void An_unknown_topic_a_topic_without_partitions_and_a_doubled_one_do_no_harm() => new Scenario()
        .Member("m1", "a a gone none").Member("m2", "a").Topic("a", 2).Topic("none", 0).Topic("unread", 4)
        .Gives(PartitionAssignors.Range, "m1: a-0", "m2: a-1");

    [Fact]
    public void Nobody_and_nothing_give_an_empty_answer()
    {
        Assert.Empty(new Scenario().Topic("a", 3).Assign(PartitionAssignors.Range));
        new Scenario().Member("m1", "a").Gives(PartitionAssignors.Range, "m1:");
    }

    [Fact]
    public void Members_sort_by_ordinal_and_static_ones_come_first_by_instance() => new Scenario()
        .Member("A", "a").Member("a", "a").Member("Z", "a", instance: "i2").Member("z", "a", instance: "i1")
        .Topic("a", 4)
        .Gives(PartitionAssignors.Range, "A: a-2", "Z: a-1", "a: a-3", "z: a-0");

    [Fact]
    public void A_static_member_that_returns_under_a_new_id_gets_the_same()
    {
        var before = new Scenario().Member("c", "a", instance: "i1").Member("b", "a", instance: "i2").Topic("a", 5);
        var after = new Scenario().Member("b", "a", instance: "i2").Member("x", "a", instance: "i1").Topic("a", 5);

        before.Gives(PartitionAssignors.Range, "b: a-3 a-4", "c: a-0 a-1 a-2");
        after.Gives(PartitionAssignors.Range, "b: a-3 a-4", "x: a-0 a-1 a-2");
    }

    [Theory]
    [InlineData(3, "abc", "abc")]
    [InlineData(4, "abcd", "abc")]
    [InlineData(3, "abc", "def")]
    [InlineData(3, "abc", "-ef")]
    [InlineData(3, "abc", "---")]
    public void Racks_change_nothing_where_they_make_no_difference(int replicas, string racks, string ofMembers) =>
        ThreeOfEverything(replicas, racks, ofMembers).Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-1 t2-0 t2-1 t2-2 t3-0", "m2: t1-2 t1-3 t2-3 t2-4 t3-1", "m3: t1-4 t1-5 t2-5 t2-6");

    [Fact]
    public void Partitions_go_to_racks_of_their_replicas_as_far_as_shares_allow()
    {
        ThreeOfEverything(replicas: 2, "abc", "abc").Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-2 t2-0 t2-2 t2-3 t3-1", "m2: t1-1 t1-3 t2-1 t2-4 t3-0", "m3: t1-4 t1-5 t2-5 t2-6");
        ThreeOfEverything(replicas: 3, "ab", "abc").Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-1 t2-0 t2-1 t2-2 t3-0", "m2: t1-2 t1-3 t2-3 t2-4 t3-1", "m3: t1-4 t1-5 t2-5 t2-6");
    }

    [Theory]
    [InlineData(
        1, "m1: t1-0 t1-3 t2-0 t2-2 t2-3 t2-6", "m2: t1-1 t1-4 t2-1 t2-4 t2-5 t3-0", "m3: t1-2 t1-5 t3-1")]
    [InlineData(
        2, "m1: t1-0 t1-2 t2-0 t2-2 t2-3 t2-5 t3-1", "m2: t1-1 t1-3 t2-1 t2-4 t2-6 t3-0", "m3: t1-4 t1-5")]
    public void Racks_count_with_unequal_subscriptions_too(int replicas, params string[] expected) => new Scenario()
        .Member("m1", "t1 t2 t3", "a").Member("m2", "t1 t2 t3", "b").Member("m3", "t1 t3", "c")
        .Topic("t1", 6, replicas, "abc").Topic("t2", 7, replicas, "abc").Topic("t3", 2, replicas, "abc")
        .Gives(PartitionAssignors.Range, expected);

    [Theory]
    [InlineData(1, "abc")]
    [InlineData(2, "abc")]
    [InlineData(3, "ab")]
    public void Topics_that_may_be_joined_stay_together_if_racks_differ(int replicas, string racks) => new Scenario()
        .Member("m1", "t1 t2 t3", "a").Member("m2", "t1 t2 t3", "b").Member("m3", "t1 t2 t3", "c")
        .Topic("t1", 5, replicas, racks).Topic("t2", 5, replicas, racks).Topic("t3", 5, replicas, racks)
        .Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-1 t2-0 t2-1 t3-0 t3-1", "m2: t1-2 t1-3 t2-2 t2-3 t3-2 t3-3", "m3: t1-4 t2-4 t3-4");

    [Theory]
    [InlineData(
        1, "m1: t1-0 t1-1 t2-0 t2-1 t2-4 t3-0 t3-1", "m2: t1-2 t1-3 t2-2 t2-3 t3-2 t3-3", "m3: t1-4 t3-4")]
    [InlineData(
        2, "m1: t1-2 t2-0 t2-1 t2-3 t3-2", "m2: t1-0 t1-3 t2-2 t2-4 t3-0 t3-3", "m3: t1-1 t1-4 t3-1 t3-4")]
    public void Only_topics_of_the_same_subscribers_are_kept_together(int replicas, params string[] expected) =>
        new Scenario()
            .Member("m1", "t1 t2 t3", "a").Member("m2", "t1 t2 t3", "b").Member("m3", "t1 t3", "c")
            .Topic("t1", 5, replicas, "abc").Topic("t2", 5, replicas, "abc").Topic("t3", 5, replicas, "abc")
            .Gives(PartitionAssignors.Range, expected);

    [Fact]
    public void Topics_that_are_joined_move_together_to_the_rack_they_share()
    {
        new Scenario()
            .Member("m1", "t1 t2", "a").Member("m2", "t1 t2", "b").Member("m3", "t3 t4", "b").Member("m4", "t3 t4", "a")
            .Topic("t1", 6, 1, "ab").Topic("t2", 6, 1, "ab").Topic("t3", 2, 1, "ab").Topic("t4", 2, 1, "ab")
            .Gives(
                PartitionAssignors.Range,
                "m1: t1-0 t1-2 t1-4 t2-0 t2-2 t2-4", "m2: t1-1 t1-3 t1-5 t2-1 t2-3 t2-5",
                "m3: t3-1 t4-1", "m4: t3-0 t4-0");
        FourReadAll("ab").Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-2 t2-0 t2-2 t3-0 t4-0", "m2: t1-1 t1-3 t2-1 t2-3 t3-1 t4-1", "m3: t1-5 t2-5", "m4: t1-4 t2-4");
        FourReadAll("abc").Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-3 t2-0 t2-3 t3-0 t4-0", "m2: t1-1 t1-4 t2-1 t2-4 t3-1 t4-1", "m3: t1-2 t2-2", "m4: t1-5 t2-5");
    }

    [Fact]
    public void Pairs_of_topics_of_different_sizes_each_move_together() => new Scenario()
        .Member("m1", "t1 t2 t3 t4 t5 t6 t7", "a").Member("m2", "t1 t2 t3 t4 t5 t6 t7", "b")
        .Member("m3", "t1 t2 t3 t4 t5 t6 t7", "c")
        .Topic("t1", 6, 2, "abc").Topic("t2", 6, 2, "abc").Topic("t3", 2, 2, "abc").Topic("t4", 2, 2, "abc")
        .Topic("t5", 4, 2, "abc").Topic("t6", 4, 2, "abc")
        .Gives(
            PartitionAssignors.Range,
            "m1: t1-0 t1-2 t2-0 t2-2 t3-0 t4-0 t5-1 t6-1", "m2: t1-1 t1-3 t2-1 t2-3 t3-1 t4-1 t5-2 t6-2",
            "m3: t1-4 t1-5 t2-4 t2-5 t5-0 t5-3 t6-0 t6-3");

    private static Scenario ThreeOfEverything(int replicas, string racks, string ofMembers)
    {
        var scenario = new Scenario();
        for (var member = 0; member < ofMembers.Length; member++)
        {
            var rack = ofMembers[member] == '-' ? null : ofMembers[member].ToString();
            scenario.Member($"m{member + 1}", "t1 t2 t3", rack);
        }

        return scenario.Topic("t1", 6, replicas, racks).Topic("t2", 7, replicas, racks).Topic("t3", 2, replicas, racks);
    }

    private static Scenario FourReadAll(string racks) => new Scenario()
        .Member("m1", "t1 t2 t3 t4", "a").Member("m2", "t1 t2 t3 t4", "b")
        .Member("m3", "t1 t2 t3 t4", "b").Member("m4", "t1 t2 t3 t4", "a")
        .Topic("t1", 6, 1, racks).Topic("t2", 6, 1, racks).Topic("t3", 2, 1, racks).Topic("t4", 2, 1, racks);
}
