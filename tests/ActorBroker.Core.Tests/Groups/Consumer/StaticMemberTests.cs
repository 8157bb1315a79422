using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Consumer.ConsumerScenario;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>Members with a <c>group.instance.id</c>.</summary>
public sealed class StaticMemberTests
{
    private readonly ConsumerScenario _scenario = new(null, ("t", 4));

    public StaticMemberTests()
    {
        _scenario.Beat(Joining("a", "t") with { InstanceId = "i" });
        _scenario.Join("b", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1), "i");
        _scenario.Beat("b", 2, Of("t", 2, 3));
    }

    [Fact]
    public void A_static_member_that_left_for_a_while_comes_back_without_a_move()
    {
        var left = _scenario.Beat("a", -2, null, "i");
        Assert.Equal((ErrorCode.None, -2), (left.Error, left.MemberEpoch));
        Assert.Null(_scenario.Beat("b", 2).Assignment);

        var back = _scenario.Beat(Joining("a2", "t") with { InstanceId = "i" });
        Assert.Equal((ErrorCode.None, "a2", 2), (back.Error, back.MemberId, back.MemberEpoch));
        Assert.Equal([0, 1], Assert.Single(back.Assignment!).Partitions);
        Assert.Null(_scenario.Beat("b", 2).Assignment);
        Assert.Equal(2, _scenario.Group.GroupEpoch);
        Assert.Equal(ErrorCode.FencedInstanceId, _scenario.Beat("a", 2, null, "i").Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("a", 2).Error);
    }

    [Fact]
    public void It_may_come_back_under_its_own_id_too()
    {
        _scenario.Beat("a", -2, null, "i");
        var back = _scenario.Beat(Joining("a", "t") with { InstanceId = "i" });
        Assert.Equal((ErrorCode.None, 2), (back.Error, back.MemberEpoch));
        Assert.Equal([0, 1], Assert.Single(back.Assignment!).Partitions);
    }

    [Fact]
    public void While_it_is_away_its_partitions_are_nobody_elses_until_the_session_ends()
    {
        _scenario.Beat("a", -2, null, "i");
        Assert.Equal(ErrorCode.FencedMemberEpoch, _scenario.Beat("a", 2, null, "i").Error);
        for (var beats = 0; beats < 8; beats++)
        {
            _scenario.Pass(5_000);
            Assert.Null(_scenario.Beat("b", 2).Assignment);
        }

        _scenario.Pass(5_001);
        var beat = _scenario.Beat("b", 2);
        Assert.Equal([0, 1, 2, 3], Assert.Single(beat.Assignment!).Partitions);
        Assert.Equal("b", Assert.Single(_scenario.Group.Members).MemberId);
    }

    [Fact]
    public void An_instance_that_did_not_leave_cannot_be_taken()
    {
        var refused = _scenario.Beat(Joining("x", "t") with { InstanceId = "i" });
        Assert.Equal(ErrorCode.UnreleasedInstanceId, refused.Error);
        Assert.Equal(ErrorCode.None, _scenario.Beat("a", 2, null, "i").Error);
    }

    [Fact]
    public void A_join_that_is_repeated_by_the_same_member_is_the_same_join()
    {
        var again = _scenario.Beat(Joining("a", "t") with { InstanceId = "i" });
        Assert.Equal((ErrorCode.None, 2), (again.Error, again.MemberEpoch));
    }

    [Fact]
    public void A_static_member_that_leaves_for_good_is_gone()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("a", -1, null, "other").Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _scenario.Beat("z", -1, null, "i").Error);
        Assert.Equal(-1, _scenario.Beat("a", -1, null, "i").MemberEpoch);
        Assert.Equal([0, 1, 2, 3], Assert.Single(_scenario.Beat("b", 2).Assignment!).Partitions);
    }

    [Fact]
    public void A_coordinator_that_restarts_knows_who_is_away()
    {
        _scenario.Beat("a", -2, null, "i");
        _scenario.Restart();
        Assert.Null(_scenario.Beat("b", 2).Assignment);
        var back = _scenario.Beat(Joining("a2", "t") with { InstanceId = "i" });
        Assert.Equal([0, 1], Assert.Single(back.Assignment!).Partitions);
    }
}
