namespace ActorBroker.Assignors.Tests;

/// <summary>The sticky rules in small cases; <see cref="AssignorPropertyTests"/> has the many.</summary>
public class StickyAssignorTests
{
    public static TheoryData<string> Names => ["sticky", "cooperative-sticky", "uniform"];

    private static IPartitionAssignor Of(string name) =>
        PartitionAssignors.FindClassic(name) ?? PartitionAssignors.FindServer(name)!;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_first_assignment_spreads_every_topic(string name) => new Scenario()
        .Member("m1", "a b").Member("m2", "a b").Topic("a", 2).Topic("b", 3)
        .Gives(Of(name), "m1: a-0 a-1 b-2", "m2: b-0 b-1");

    [Theory]
    [MemberData(nameof(Names))]
    public void One_who_joins_takes_from_the_others_only_its_share(string name) => new Scenario()
        .Member("m1", "a", owned: "a-0 a-1 a-2").Member("m2", "a", owned: "a-3 a-4 a-5").Member("m0", "a").Topic("a", 6)
        .Gives(Of(name), "m0: a-2 a-5", "m1: a-0 a-1", "m2: a-3 a-4");

    [Theory]
    [MemberData(nameof(Names))]
    public void What_one_who_left_had_is_shared_out_and_nothing_else_moves(string name) => new Scenario()
        .Member("m1", "a", owned: "a-1 a-4").Member("m2", "a", owned: "a-0 a-5").Topic("a", 6)
        .Gives(Of(name), "m1: a-1 a-2 a-4", "m2: a-0 a-3 a-5");

    [Theory]
    [MemberData(nameof(Names))]
    public void An_extra_partition_stays_with_one_who_has_it(string name) => new Scenario()
        .Member("m1", "a", owned: "a-0").Member("m2", "a", owned: "a-1 a-2").Topic("a", 3)
        .Gives(Of(name), "m1: a-0", "m2: a-1 a-2");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_topic_that_grows_moves_nothing(string name) => new Scenario()
        .Member("m1", "a", owned: "a-0 a-2").Member("m2", "a", owned: "a-1").Topic("a", 6)
        .Gives(Of(name), "m1: a-0 a-2 a-3", "m2: a-1 a-4 a-5");

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_two_claims_the_newer_generation_counts_and_of_equal_ones_neither(string name)
    {
        var members = new Scenario()
            .Add(new GroupMember("m1", ["a"]) { Owned = Scenario.Partitions("a-0 a-1"), Generation = 4 })
            .Add(new GroupMember("m2", ["a"]) { Owned = Scenario.Partitions("a-0 a-1 a-2"), Generation = 5 })
            .Add(new GroupMember("m3", ["a"]) { Owned = Scenario.Partitions("a-2"), Generation = 5 })
            .Topic("a", 4);

        var assigned = members.Assign(Of(name));

        Assert.Equal(Scenario.Partitions("a-0 a-1"), assigned["m2"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Claims_that_make_no_sense_are_passed_over(string name) => new Scenario()
        .Member("m1", "a", owned: "b-0 gone-3 a-9 a-1").Member("m2", "b", owned: "a-0 b-1")
        .Topic("a", 2).Topic("b", 2)
        .Gives(Of(name), "m1: a-0 a-1", "m2: b-0 b-1");

    [Theory]
    [MemberData(nameof(Names))]
    public void Unequal_subscriptions_come_as_even_as_they_can(string name) => new Scenario()
        .Member("m1", "a").Member("m2", "a b").Member("m3", "a b c").Topic("a", 1).Topic("b", 2).Topic("c", 3)
        .Gives(Of(name), "m1: a-0", "m2: b-0 b-1", "m3: c-0 c-1 c-2");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chain_of_moves_reaches_one_who_could_not_take_directly(string name) => new Scenario()
        .Member("m1", "a b", owned: "a-0 a-1 a-2").Member("m2", "b", owned: "b-0 b-1 b-2").Member("m3", "a")
        .Topic("a", 3).Topic("b", 3)
        .Gives(Of(name), "m1: a-0 a-1", "m2: b-0 b-1 b-2", "m3: a-2");

    [Theory]
    [MemberData(nameof(Names))]
    public void With_replicas_in_enough_racks_everybody_reads_nearby(string name)
    {
        var scenario = new Scenario().Topic("a", 9, 2, "abc").Topic("b", 9, 2, "abc");
        foreach (var (id, rack) in new[]
            { ("m1", "a"), ("m2", "a"), ("m3", "b"), ("m4", "b"), ("m5", "c"), ("m6", "c") })
        {
            scenario.Member(id, "a b", rack);
        }

        foreach (var (member, partitions) in scenario.Assign(Of(name)))
        {
            var rack = scenario.Members.Single(one => one.MemberId == member).RackId!;
            Assert.Equal(3, partitions.Count);
            Assert.All(partitions, partition =>
                Assert.Contains(
                    rack, scenario.Topics.Single(t => t.Name == partition.Topic).Racks[partition.Partition]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_partition_read_from_afar_moves_near_where_there_is_room_and_else_stays(string name) => new Scenario()
        .Member("m1", "a", "a", owned: "a-1").Member("m2", "a", "b", owned: "a-0")
        .Member("m3", "a", "nowhere", owned: "a-2").Topic("a", 3, 1, "ab")
        .Gives(Of(name), "m1: a-0", "m2: a-1", "m3: a-2");
}
