using ActorBroker.Core.Groups;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Classic.ClassicScenario;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>Joins, generations, assignments, and what ends a wait.</summary>
public class ClassicRebalanceTests
{
    [Fact]
    public void The_first_rebalance_waits_for_more_members_and_again_while_some_come()
    {
        var group = New(initialDelayMs: 3_000);
        var first = group.Joins("a");
        group.Later(2_900);
        var second = group.Joins("b");
        group.Later(2_900);
        Assert.False(first.Joining.IsSettled);
        group.Later(200);
        Assert.Equal((1, 1), (first.Generation, second.Generation));
        Assert.Equal("CompletingRebalance", group.State);
    }

    [Fact]
    public void The_first_rebalance_ends_with_the_rebalance_timeout_though_members_keep_coming()
    {
        var group = New(initialDelayMs: 3_000);
        var first = group.Joins("first");
        for (var i = 0; i < 29; i++)
        {
            group.Later(1_000);
            group.Joins($"member-{i}");
        }

        Assert.False(first.Joining.IsSettled);
        group.Later(1_001);
        Assert.Equal(30, first.Joining.Result.Members.Count);
    }

    [Fact]
    public void Only_the_leader_hears_of_the_members_and_their_metadata()
    {
        var group = New();
        var leader = group.Joins("a");
        var follower = group.Joins("b");
        group.Later(6_000);
        Assert.Equal(leader.Id, leader.Joining.Result.Leader);
        Assert.Equal(leader.Id, follower.Joining.Result.Leader);
        Assert.Empty(follower.Joining.Result.Members);
        Assert.Equal([leader.Id, follower.Id], leader.Joining.Result.Members.Select(each => each.MemberId));
        Assert.All(leader.Joining.Result.Members, each => Assert.Equal(Reads("t"), each.Metadata.ToArray()));
        var answer = follower.Joining.Result;
        Assert.Equal(("consumer", "range"), (answer.ProtocolType, answer.ProtocolName));
    }

    [Fact]
    public void Syncs_wait_for_the_leader_and_whom_it_left_out_gets_no_bytes()
    {
        var group = New();
        var (leader, follower, forgotten) = (group.Joins("a"), group.Joins("b"), group.Joins("c"));
        group.Later(6_000);
        group.Sync(follower);
        group.Sync(forgotten);
        Assert.False(follower.Syncing.IsSettled);
        group.Sync(leader, (leader, "one"), (follower, "two"), (new Member("nobody") { Id = "x" }, "three"));
        Assert.Equal(("one", "two", ""), (leader.Assignment, follower.Assignment, forgotten.Assignment));
        Assert.Equal("Stable", group.State);
        Assert.Equal("two", Text(group.Sync(follower).Result.Assignment));
    }

    [Fact]
    public void The_protocol_with_the_most_first_votes_among_the_common_ones_is_chosen()
    {
        var group = New();
        var first = group.Joins("a", protocols: Protocols("own", "range", "sticky"));
        group.Joins("b", protocols: Protocols("sticky", "range"));
        group.Joins("c", protocols: Protocols("sticky", "range", "other"));
        group.Later(6_000);
        Assert.Equal("sticky", first.Joining.Result.ProtocolName);
    }

    [Fact]
    public void A_newcomer_makes_everybody_join_again_and_the_leader_stays_one()
    {
        var group = Stable(out var members, "a", "b");
        var newcomer = group.Joins("c");
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(members[1]));
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Sync(members[1]).Result.Error);
        group.Join(members[1]);
        Assert.False(newcomer.Joining.IsSettled);
        group.Join(members[0]);
        Assert.Equal(2, newcomer.Generation);
        Assert.Equal(members[0].Id, newcomer.Joining.Result.Leader);
        group.SyncAll(members[0], members[1], newcomer);
        Assert.Equal("c", newcomer.Assignment);
    }

    [Fact]
    public void Who_does_not_join_again_in_time_is_out_and_another_leads()
    {
        var group = Stable(out var members, "a", "b");
        var newcomer = group.Joins("c");
        group.LaterWithHeartbeats(RebalanceMs - 1, members[0]);
        Assert.False(newcomer.Joining.IsSettled);
        group.Later(1);
        Assert.Equal((newcomer.Id, 2), (newcomer.Joining.Result.Leader, newcomer.Generation));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(members[0]));
        Assert.Single(newcomer.Joining.Result.Members);
    }

    [Fact]
    public void A_silent_member_is_put_out_after_its_session_and_the_others_take_over()
    {
        var group = Stable(out var members, "a", "b");
        group.LaterWithHeartbeats(SessionMs - 1, members[0]);
        Assert.Equal(2, group.Describe().Members.Count);
        group.Later(1);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(members[0]));
        group.Rebalance(members[0]);
        Assert.Equal((2, "a"), (members[0].Generation, members[0].Assignment));
    }

    [Fact]
    public void Who_joined_and_never_syncs_is_put_out_after_the_rebalance_timeout()
    {
        var group = New();
        var (leader, lazy) = (group.Joins("a"), group.Joins("b"));
        group.Later(6_000);
        var now = group.Coordinator.NowMs;
        group.Sync(leader, (leader, "one"), (lazy, "two"));
        group.LaterWithHeartbeats(RebalanceMs, leader, lazy);
        Assert.Equal("PreparingRebalance", group.State);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(lazy));
        Assert.True(group.Coordinator.NowMs - now <= RebalanceMs);
    }

    [Fact]
    public void A_leader_that_never_assigns_is_put_out_and_its_followers_join_again()
    {
        var group = New();
        var (leader, follower) = (group.Joins("a"), group.Joins("b"));
        group.Later(6_000);
        group.Sync(follower);
        group.LaterWithHeartbeats(RebalanceMs, leader);
        Assert.Equal(ErrorCode.RebalanceInProgress, follower.Syncing.Result.Error);
        group.Rebalance(follower);
        Assert.Equal("b", follower.Assignment);
    }

    [Fact]
    public void A_leader_that_dies_before_it_assigns_ends_the_followers_wait_with_its_session()
    {
        var group = New();
        var (leader, follower) = (group.Joins("a"), group.Joins("b"));
        group.Later(6_000);
        group.Sync(follower);
        group.Later(SessionMs);
        Assert.Equal(ErrorCode.RebalanceInProgress, follower.Syncing.Result.Error);
    }

    [Fact]
    public void A_follower_that_joins_again_unchanged_learns_the_generation_and_disturbs_nobody()
    {
        var group = Stable(out var members, "a", "b");
        var answer = group.Join(members[1]).Result;
        Assert.Equal((ErrorCode.None, 1, members[0].Id), (answer.Error, answer.Generation, answer.Leader));
        Assert.Equal("Stable", group.State);
        members[1].Protocols = [new MemberProtocol("range", Reads("t", "u"))];
        Assert.False(group.Join(members[1]).IsSettled);
        Assert.Equal("PreparingRebalance", group.State);
    }

    [Fact]
    public void A_leader_that_joins_again_wants_to_assign_anew()
    {
        var group = Stable(out var members, "a", "b");
        Assert.False(group.Join(members[0]).IsSettled);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(members[1]));
    }

    [Fact]
    public void Who_missed_the_answer_to_its_join_gets_it_again()
    {
        var group = New();
        var (leader, follower) = (group.Joins("a"), group.Joins("b"));
        group.Later(6_000);
        Assert.Equal(2, group.Join(leader).Result.Members.Count);
        Assert.Empty(group.Join(follower).Result.Members);
        Assert.Equal((1, 1), (leader.Generation, follower.Generation));
    }

    [Fact]
    public void A_second_join_or_sync_takes_the_place_of_the_first()
    {
        var group = New();
        var (leader, follower) = (group.Joins("a"), group.Joins("b"));
        var first = follower.Joining;
        group.Join(follower);
        Assert.Equal(ErrorCode.RebalanceInProgress, first.Result.Error);
        group.Later(6_000);
        var early = group.Sync(follower);
        group.SyncAll(leader, follower);
        Assert.Equal(ErrorCode.RebalanceInProgress, early.Result.Error);
        Assert.Equal("b", follower.Assignment);
    }

    [Fact]
    public void Somebody_who_fetches_ids_all_the_time_does_not_hold_the_others_up()
    {
        var group = Stable(out var members, "a", "b");
        group.Join(members[0]);
        for (var i = 0; i < 2_500; i++)
        {
            group.Join(new Member($"unstable-{i}") { Protocols = Protocols("range") });
            group.Later(2);
            if (i == 100)
            {
                group.Join(members[1]);
            }
        }

        Assert.Equal((2, 2), (members[0].Generation, members[1].Generation));
        group.SyncAll(members);
        Assert.Equal("Stable", group.State);
    }

    [Fact]
    public void A_leader_that_joins_five_hundred_times_a_second_is_answered_and_the_group_gathers_when_it_is_done()
    {
        var group = Stable(out var members, "a", "b");
        for (var i = 0; i < 5_000; i++)
        {
            group.Join(members[0]);
            group.Later(2);
            if (i % 1_000 == 0)
            {
                group.Join(members[1]);
            }
        }

        Assert.True(group.Coordinator.Open.Count <= 2);
        group.Join(members[1]);
        group.SyncAll(members);
        Assert.Equal("Stable", group.State);
        Assert.Equal(2, group.Describe().Members.Count);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);
}
