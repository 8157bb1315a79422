using System.Buffers.Binary;
using ActorBroker.Assignors.Wire;

namespace ActorBroker.Assignors.Tests;

public class WireTests
{
    private static readonly byte[] SubscriptionV3 = Convert.FromHexString(
        "0003" + "00000001" + "0001" + "61" + "00000002" + "CAFE"
        + "00000001" + "0001" + "61" + "00000002" + "00000000" + "00000002" + "00000007" + "0002" + "7231");

    private static readonly byte[] Assignment = Convert.FromHexString(
        "0000" + "00000002" + "0001" + "61" + "00000002" + "00000000" + "00000002"
        + "0001" + "62" + "00000001" + "00000005" + "FFFFFFFF");

    [Fact]
    public void A_subscription_is_read_and_written_in_all_its_fields()
    {
        Assert.True(MemberSubscription.TryRead(SubscriptionV3, out var subscription));
        Assert.Equal(["a"], subscription.Topics);
        Assert.Equal([0xCA, 0xFE], subscription.UserData!.Value.ToArray());
        Assert.Equal(Scenario.Partitions("a-0 a-2"), subscription.Owned);
        Assert.Equal(7, subscription.Generation);
        Assert.Equal("r1", subscription.RackId);
        Assert.Equal(SubscriptionV3, subscription.Write());
    }

    [Theory]
    [InlineData(0, 0, -1, null)]
    [InlineData(1, 2, -1, null)]
    [InlineData(2, 2, 7, null)]
    [InlineData(3, 2, 7, "r1")]
    [InlineData(4, 2, 7, "r1")]
    [InlineData(short.MaxValue, 2, 7, "r1")]
    public void A_subscription_of_any_version_is_read_as_far_as_it_is_known(
        short version, int owned, int generation, string? rack)
    {
        int[] ends = [15, 34, 38, 42];
        byte[] bytes = [.. SubscriptionV3.AsSpan(0, ends[Math.Min((int)version, 3)])];
        BinaryPrimitives.WriteInt16BigEndian(bytes, version);
        byte[] newer = version > 3 ? [.. bytes, 1, 2, 3] : bytes;

        Assert.True(MemberSubscription.TryRead(newer, out var subscription));
        Assert.Equal(version, subscription.Version);
        Assert.Equal(owned, subscription.Owned.Count);
        Assert.Equal(generation, subscription.Generation);
        Assert.Equal(rack, subscription.RackId);
    }

    [Fact]
    public void A_version_whose_fields_are_missing_is_read_as_the_one_that_is_there()
    {
        byte[] claimsV1HoldsV0 = [0, 1, .. SubscriptionV3.AsSpan(2, 13)];

        Assert.True(MemberSubscription.TryRead(claimsV1HoldsV0, out var subscription));
        Assert.Equal(["a"], subscription.Topics);
        Assert.Empty(subscription.Owned);
    }

    [Fact]
    public void Bytes_that_are_no_subscription_are_refused_whatever_lengths_they_promise()
    {
        Assert.False(MemberSubscription.TryRead(default, out _));
        Assert.False(MemberSubscription.TryRead(new byte[] { 0 }, out _));
        Assert.False(MemberSubscription.TryRead(Convert.FromHexString("FFFF00000000FFFFFFFF"), out _));
        Assert.False(MemberSubscription.TryRead(Convert.FromHexString("00037FFFFFFF000161"), out _));
        for (var length = 0; length < 15; length++)
        {
            Assert.False(MemberSubscription.TryRead(SubscriptionV3.AsMemory(0, length), out var none));
            Assert.Empty(none.Topics);
        }
    }

    [Fact]
    public void An_assignment_is_read_and_written()
    {
        Assert.True(MemberAssignment.TryRead(Assignment, out var partitions));
        Assert.Equal(Scenario.Partitions("a-0 a-2 b-5"), partitions);
        Assert.Equal(Assignment, MemberAssignment.Write(partitions));
        Assert.Equal([0, 2, .. Assignment[2..]], MemberAssignment.Write(partitions, 2));
        Assert.Equal([0, 3, .. Assignment[2..]], MemberAssignment.Write(partitions, 9));
    }

    [Fact]
    public void An_assignment_of_a_newer_version_and_one_of_no_bytes_are_read_and_others_refused()
    {
        Assert.True(MemberAssignment.TryRead(default, out var nothing));
        Assert.Empty(nothing);
        Assert.True(MemberAssignment.TryRead((byte[])[0, 8, .. Assignment[2..], 1, 2], out var partitions));
        Assert.Equal(3, partitions.Count);
        Assert.False(MemberAssignment.TryRead((byte[])[255, 255, .. Assignment[2..]], out _));
        for (var length = 1; length < Assignment.Length; length++)
        {
            Assert.False(MemberAssignment.TryRead(Assignment.AsMemory(0, length), out var none));
            Assert.Empty(none);
        }
    }

    [Fact]
    public void Sticky_user_data_is_read_in_both_versions_and_other_bytes_are_ignored()
    {
        var bytes = StickyUserData.Write(Scenario.Partitions("a-1 b-0 b-3"), generation: 12);

        Assert.True(StickyUserData.TryRead(bytes, out var owned, out var generation));
        Assert.Equal(Scenario.Partitions("a-1 b-0 b-3"), owned);
        Assert.Equal(12, generation);
        Assert.True(StickyUserData.TryRead(bytes.AsMemory(0, bytes.Length - 4), out owned, out generation));
        Assert.Equal(Scenario.Partitions("a-1 b-0 b-3"), owned);
        Assert.Equal(-1, generation);

        Assert.False(StickyUserData.TryRead(null, out owned, out _));
        Assert.Empty(owned);
        Assert.False(StickyUserData.TryRead(bytes.AsMemory(0, bytes.Length - 5), out owned, out _));
        Assert.Empty(owned);
        Assert.False(StickyUserData.TryRead(Convert.FromHexString("7FFFFFFF0001"), out _, out _));
        Assert.False(StickyUserData.TryRead(Convert.FromHexString("000000010001617FFFFFFF00000001"), out _, out _));
    }

    [Fact]
    public void The_generation_in_cooperative_user_data_counts_where_the_subscription_has_none()
    {
        Assert.Equal(6, StickyUserData.ReadGeneration(StickyUserData.WriteGeneration(6)));
        Assert.Equal(-1, StickyUserData.ReadGeneration(null));
        Assert.Equal(-1, StickyUserData.ReadGeneration(new byte[] { 1, 2 }));

        var subscription = new MemberSubscription { UserData = StickyUserData.WriteGeneration(6), Generation = 8 };
        var assignor = PartitionAssignors.CooperativeSticky;
        Assert.Equal(8, subscription.ToMember(assignor, "m", null).Generation);
        Assert.Equal(6, (subscription with { Version = 1 }).ToMember(assignor, "m", null).Generation);
    }

    [Theory]
    [InlineData("range", false)]
    [InlineData("roundrobin", false)]
    [InlineData("sticky", true)]
    [InlineData("cooperative-sticky", true)]
    public void What_a_member_sends_tells_the_leader_what_it_owns_where_that_counts(string name, bool tells)
    {
        var assignor = PartitionAssignors.FindClassic(name)!;
        var owned = Scenario.Partitions("a-0 b-1");
        var sent = MemberSubscription.For(assignor, ["a", "b"], owned, generation: 3, "r1").Write();

        var member = Assert.Single(ClassicLeader.Read(assignor, [new ClassicMember("m", "i", sent)]));

        Assert.Equal(("m", "i", "r1"), (member.MemberId, member.InstanceId, member.RackId));
        Assert.Equal(["a", "b"], member.Topics);
        Assert.Equal(tells ? owned : [], member.Owned);
        if (tells)
        {
            Assert.Equal(3, member.Generation);
        }
    }

    [Fact]
    public void A_member_whose_bytes_cannot_be_read_gets_nothing_and_disturbs_nobody()
    {
        var assignor = PartitionAssignors.Sticky;
        var good = new MemberSubscription { Topics = ["a"], UserData = new byte[] { 9, 9 } }.Write();
        var members = ClassicLeader.Read(
            assignor, [new ClassicMember("bad", null, new byte[] { 0, 1, 2 }), new ClassicMember("good", null, good)]);

        var assigned = ClassicLeader.Assign(assignor, members, [new AssignedTopic("a", 2)]);

        Assert.Empty(assigned["bad"]);
        Assert.Equal(Scenario.Partitions("a-0 a-1"), assigned["good"]);
    }

    [Fact]
    public void The_leader_of_a_cooperative_group_holds_back_what_moves_and_of_others_does_not()
    {
        var scenario = new Scenario().Member("m1", "a", owned: "a-0 a-1").Member("m2", "a").Topic("a", 2);

        var first = ClassicLeader.Assign(PartitionAssignors.CooperativeSticky, scenario.Members, scenario.Topics);
        Assert.Equal(Scenario.Partitions("a-0"), first["m1"]);
        Assert.Empty(first["m2"]);

        var eager = ClassicLeader.Assign(PartitionAssignors.Sticky, scenario.Members, scenario.Topics);
        Assert.Equal(Scenario.Partitions("a-1"), eager["m2"]);
    }

    [Fact]
    public void Assignors_are_found_by_the_names_of_the_wire()
    {
        Assert.Equal(
            ["range", "roundrobin", "sticky", "cooperative-sticky"],
            PartitionAssignors.Classic.Select(assignor => assignor.Name));
        Assert.Equal(["uniform", "range"], PartitionAssignors.Server.Select(assignor => assignor.Name));
        Assert.Same(PartitionAssignors.RoundRobin, PartitionAssignors.FindClassic("roundrobin"));
        Assert.Null(PartitionAssignors.FindClassic("uniform"));
        Assert.Null(PartitionAssignors.FindServer("sticky"));
    }
}
