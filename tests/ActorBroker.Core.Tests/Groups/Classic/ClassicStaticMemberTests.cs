using ActorBroker.Core.Groups;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Classic.ClassicScenario;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>Static members (KIP-345, KIP-814).</summary>
public class ClassicStaticMemberTests
{
    [Fact]
    public void A_follower_that_returns_gets_its_assignment_back_and_nobody_notices()
    {
        var group = StableStatic(out var leader, out var follower);
        var returned = group.Returns(follower);
        Assert.Equal((ErrorCode.None, 1), (returned.Joining.Result.Error, returned.Generation));
        Assert.NotEqual(follower.Id, returned.Id);
        Assert.Equal((leader.Id, false), (returned.Joining.Result.Leader, returned.Joining.Result.SkipAssignment));
        group.Sync(returned);
        Assert.Equal("b", returned.Assignment);
        Assert.Equal(ErrorCode.None, group.Heartbeat(leader));
        Assert.Contains(group.Stored!.Members, each => each.MemberId == returned.Id && each.GroupInstanceId == "ib");
    }

    [Fact]
    public void A_leader_that_returns_leads_on_and_is_told_not_to_assign()
    {
        var group = StableStatic(out var leader, out var follower);
        var returned = group.Returns(leader);
        var answer = returned.Joining.Result;
        Assert.Equal((returned.Id, true, 2), (answer.Leader, answer.SkipAssignment, answer.Members.Count));
        group.Sync(returned);
        Assert.Equal("a", returned.Assignment);
        Assert.Equal(ErrorCode.None, group.Heartbeat(follower));
    }

    [Fact]
    public void A_leader_of_an_older_version_that_returns_is_not_told_that_it_leads()
    {
        var group = StableStatic(out var leader, out _);
        var returned = group.Returns(leader, isOld: true);
        Assert.Equal((leader.Id, false), (returned.Joining.Result.Leader, returned.Joining.Result.SkipAssignment));
        Assert.Empty(returned.Joining.Result.Members);
    }

    [Fact]
    public void The_one_before_is_fenced_whatever_it_asks()
    {
        var group = StableStatic(out _, out var follower);
        group.Returns(follower);
        Assert.Equal(ErrorCode.FencedInstanceId, group.Heartbeat(follower));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Sync(follower).Result.Error);
        Assert.Equal(ErrorCode.FencedInstanceId, group.Join(follower).Result.Error);
        Assert.Equal(ErrorCode.FencedInstanceId, group.Commit(follower.Named, 1));
        Assert.Equal([ErrorCode.FencedInstanceId], group.Leave(follower.Named));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(new Member("b") { Id = follower.Id, Generation = 1 }));
    }

    [Fact]
    public void The_parked_requests_of_the_one_before_are_fenced()
    {
        var group = New();
        var first = group.Joins("a", "ia");
        var second = group.Returns(first);
        Assert.Equal(ErrorCode.FencedInstanceId, first.Joining.Result.Error);
        var leader = group.Joins("l", "il");
        group.Later(6_000);
        Assert.Equal(1, second.Generation);
        group.Sync(leader.Joining.Result.Leader == leader.Id ? second : leader);
        var parked = leader.Joining.Result.Leader == leader.Id ? second : leader;
        var third = group.Returns(parked);
        Assert.Equal(ErrorCode.FencedInstanceId, parked.Syncing.Result.Error);
        Assert.False(third.Joining.IsSettled);
        Assert.Equal("PreparingRebalance", group.State);
    }

    [Fact]
    public void An_absent_static_member_keeps_its_place_through_a_rebalance_until_its_session_ends()
    {
        var group = StableStatic(out var leader, out var follower);
        var newcomer = group.Joins("c", "ic");
        group.Join(leader, join => join with { SessionTimeoutMs = 60_000 });
        Assert.False(newcomer.Joining.IsSettled);
        group.Later(RebalanceMs);
        Assert.True(newcomer.Joining.IsSettled);
        Assert.DoesNotContain(follower.Id, group.MemberIds);

        var patient = Patient(out var here, out var away);
        var third = patient.Joins("c", "ic");
        patient.Join(here);
        patient.Later(RebalanceMs);
        Assert.Equal(3, here.Joining.Result.Members.Count);
        patient.SyncAll(here, third);
        patient.LaterWithHeartbeats(RebalanceMs + 5_000, here, third);
        Assert.Equal("Stable", patient.State);
        Assert.Contains(away.Id, patient.MemberIds);
    }

    [Fact]
    public void A_return_with_other_topics_or_another_choice_of_protocol_rebalances()
    {
        var group = StableStatic(out var leader, out var follower);
        Assert.False(group.Returns(follower, [new MemberProtocol("range", Reads("t", "u"))]).Joining.IsSettled);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(leader));

        var alone = New();
        var only = alone.Joins("a", "ia");
        alone.Later(3_000);
        alone.SyncAll(only);
        var changed = alone.Returns(only, Protocols("sticky"));
        Assert.Equal((2, "sticky"), (changed.Generation, changed.Joining.Result.ProtocolName));
    }

    [Fact]
    public void A_return_during_a_rebalance_takes_part_in_it()
    {
        var group = StableStatic(out var leader, out var follower);
        group.Join(leader);
        var returned = group.Returns(follower);
        Assert.Equal((2, 2), (returned.Generation, leader.Generation));
        group.SyncAll(leader, returned);
        Assert.Equal("Stable", group.State);
    }

    [Fact]
    public void An_administrator_removes_a_member_by_its_instance()
    {
        var group = StableStatic(out _, out var follower);
        Assert.Equal([ErrorCode.None], group.Leave(new MemberName("", "ib")));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(follower));
    }

    [Fact]
    public void A_static_member_returns_to_a_full_group()
    {
        var group = New(sizeMax: 1);
        var member = group.Joins("a", "ia");
        group.Later(3_000);
        group.SyncAll(member);
        Assert.Equal(ErrorCode.None, group.Returns(member).Joining.Result.Error);
    }

    [Fact]
    public void A_restarted_coordinator_knows_static_members_by_their_instances()
    {
        var group = StableStatic(out var leader, out var follower);
        group.Restart();
        Assert.Equal(ErrorCode.None, group.Heartbeat(leader));
        var returned = group.Returns(follower);
        Assert.Equal((ErrorCode.None, 1), (returned.Joining.Result.Error, returned.Generation));
        Assert.Equal(ErrorCode.FencedInstanceId, group.Heartbeat(follower));
    }

    private static ClassicScenario StableStatic(out Member leader, out Member follower)
    {
        var group = New();
        leader = group.Joins("a", "ia");
        follower = group.Joins("b", "ib");
        group.Later(6_000);
        group.SyncAll(leader, follower);
        return group;
    }

    /// <summary>Two static members with sessions much longer than a rebalance.</summary>
    private static ClassicScenario Patient(out Member here, out Member away)
    {
        var group = New();
        (here, away) = (new Member("a") { InstanceId = "ia", Protocols = Protocols("range") },
            new Member("b") { InstanceId = "ib", Protocols = Protocols("range") });
        group.Join(here, join => join with { SessionTimeoutMs = 300_000 });
        group.Join(away, join => join with { SessionTimeoutMs = 300_000 });
        group.Later(6_000);
        group.SyncAll(here, away);
        return group;
    }
}
