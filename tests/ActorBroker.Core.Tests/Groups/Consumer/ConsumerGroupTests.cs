using ActorBroker.Core.Groups;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Consumer.ConsumerScenario;

namespace ActorBroker.Core.Tests.Groups.Consumer;

public sealed class ConsumerGroupTests
{
    private readonly ConsumerScenario _scenario = new(null, ("t", 4), ("u", 2));

    [Fact]
    public void The_first_member_gets_everything_in_the_answer_to_its_join()
    {
        var joined = _scenario.Join("a", "t");
        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Equal(("a", 1, 5_000), (joined.MemberId, joined.MemberEpoch, joined.HeartbeatIntervalMs));
        AssertSame(Of("t", 0, 1, 2, 3), joined.Assignment);
        Assert.Equal("Stable", _scenario.Group.State);
    }

    [Fact]
    public void A_member_without_an_id_is_given_one() => Assert.StartsWith("id-", _scenario.Join("", "t").MemberId);

    [Fact]
    public void A_heartbeat_with_nothing_new_changes_nothing_and_tells_nothing()
    {
        _scenario.Join("a", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));
        var beat = _scenario.Beat("a", 1);
        Assert.Equal((ErrorCode.None, 1), (beat.Error, beat.MemberEpoch));
        Assert.Null(beat.Assignment);
        Assert.Empty(_scenario.LastRecords);
    }

    [Fact]
    public void A_partition_is_handed_over_after_its_owner_gave_it_up_and_not_before()
    {
        _scenario.Join("a", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));

        var second = _scenario.Join("b", "t");
        Assert.Equal(2, second.MemberEpoch);
        AssertSame(None, second.Assignment);

        var asked = _scenario.Beat("a", 1);
        Assert.Equal(1, asked.MemberEpoch);
        AssertSame(Of("t", 0, 1), asked.Assignment);
        AssertSame(None, _scenario.Beat("b", 2, None).Assignment ?? None);

        var released = _scenario.Beat("a", 1, Of("t", 0, 1));
        Assert.Equal(2, released.MemberEpoch);
        AssertSame(Of("t", 2, 3), _scenario.Beat("b", 2).Assignment);
        Assert.Equal("Stable", _scenario.Group.State);
    }

    [Fact]
    public void A_member_is_told_again_what_it_owns_until_it_confirms()
    {
        _scenario.Join("a", "t");
        AssertSame(Of("t", 0, 1, 2, 3), _scenario.Beat("a", 1, Of("t", 0)).Assignment);
        Assert.Null(_scenario.Beat("a", 1, Of("t", 0, 1, 2, 3)).Assignment);
    }

    [Fact]
    public void Many_joins_of_one_turn_raise_the_epoch_and_compute_the_target_once()
    {
        var joined = _scenario.BeatTogether(Joining("a", "t"), Joining("b", "t"), Joining("c", "t"), Joining("d", "t"));
        Assert.All(joined, static each => Assert.Equal((ErrorCode.None, 1), (each.Error, each.MemberEpoch)));
        Assert.All(joined, static each => Assert.Single(Assert.Single(each.Assignment!).Partitions));
        Assert.Single(_scenario.LastRecords, static record => record.Key is ConsumerGroupTargetAssignmentMetadataKey);
        Assert.Equal(1, _scenario.Group.GroupEpoch);
    }

    [Fact]
    public void A_large_group_that_changes_all_the_time_gets_a_target_now_and_then()
    {
        _scenario.BeatTogether([.. Enumerable.Range(0, 1_000).Select(static index => Joining($"m{index}", "t"))]);
        for (var index = 0; index < 100; index++)
        {
            Assert.Equal(ErrorCode.None, _scenario.Join($"x{index}", "t").Error);
            Assert.Equal(1, _scenario.Group.AssignmentEpoch);
        }

        _scenario.Pass(20);
        Assert.Equal(ErrorCode.None, _scenario.Beat("x0", 1).Error);
        Assert.Equal((101, 101), (_scenario.Group.GroupEpoch, _scenario.Group.AssignmentEpoch));
    }

    [Fact]
    public void A_member_that_leaves_frees_its_partitions_at_once()
    {
        _scenario.Join("a", "t");
        _scenario.Join("b", "t");
        Assert.Equal(-1, _scenario.Beat("a", -1).MemberEpoch);
        var next = _scenario.Beat("b", 2);
        Assert.Equal(3, next.MemberEpoch);
        AssertSame(Of("t", 0, 1, 2, 3), next.Assignment);
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("a", 1).Error);
    }

    [Fact]
    public void A_silent_member_is_put_out_when_its_session_ends()
    {
        _scenario.Join("a", "t");
        _scenario.Join("b", "t");
        _scenario.Pass(40_000);
        _scenario.Beat("b", 2);
        _scenario.Pass(5_001);
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("a", 1).Error);
        AssertSame(Of("t", 0, 1, 2, 3), _scenario.Beat("b", 2).Assignment);
    }

    [Fact]
    public void A_member_that_does_not_give_up_in_time_is_put_out()
    {
        _scenario.Join("a", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));
        _scenario.Join("b", "t");
        for (var beats = 0; beats < 6; beats++)
        {
            Assert.Equal(ErrorCode.None, _scenario.Beat("a", 1).Error);
            _scenario.Beat("b", 2);
            _scenario.Pass(5_000);
        }

        _scenario.Pass(1);
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("a", 1).Error);
        AssertSame(Of("t", 0, 1, 2, 3), _scenario.Beat("b", 2).Assignment);
    }

    [Fact]
    public void Epochs_that_are_not_the_members_are_fenced_except_for_an_answer_that_was_lost()
    {
        _scenario.Join("a", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));
        Assert.Equal(ErrorCode.FencedMemberEpoch, _scenario.Beat("a", 2).Error);

        _scenario.Join("b", "t");
        _scenario.Beat("a", 1);
        Assert.Equal(2, _scenario.Beat("a", 1, Of("t", 0, 1)).MemberEpoch);

        // It did not hear of epoch 2, and repeats itself.
        var repeated = _scenario.Beat("a", 1, Of("t", 0, 1));
        Assert.Equal((ErrorCode.None, 2), (repeated.Error, repeated.MemberEpoch));
        AssertSame(Of("t", 0, 1), repeated.Assignment);

        Assert.Equal(ErrorCode.FencedMemberEpoch, _scenario.Beat("a", 1, Of("t", 0, 1, 2)).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, _scenario.Beat("a", 1).Error);
    }

    [Fact]
    public void A_fenced_member_that_gave_everything_up_joins_again_at_once()
    {
        _scenario.Join("a", "t");
        Assert.Equal(ErrorCode.FencedMemberEpoch, _scenario.Beat("a", 9).Error);
        var joined = _scenario.Join("a", "t");
        Assert.Equal((ErrorCode.None, 1), (joined.Error, joined.MemberEpoch));
        AssertSame(Of("t", 0, 1, 2, 3), joined.Assignment);
    }

    [Fact]
    public void A_wish_for_other_topics_is_a_rebalance()
    {
        _scenario.Join("a", "t");
        var changed = _scenario.Beat(Beating("a", 1, Of("t", 0, 1, 2, 3)) with { TopicNames = ["u"] });
        Assert.Equal(1, changed.MemberEpoch);
        AssertSame(None, changed.Assignment);
        var moved = _scenario.Beat("a", 1, None);
        Assert.Equal(2, moved.MemberEpoch);
        AssertSame(Of("u", 0, 1), moved.Assignment);
    }

    [Theory]
    [InlineData("created")]
    [InlineData("grown")]
    [InlineData("deleted")]
    [InlineData("made anew")]
    public void A_change_of_a_subscribed_topic_is_seen_by_the_next_heartbeat(string what)
    {
        _scenario.Join("a", "t", "v");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));
        var anew = new GroupTopic(ScenarioTopics.IdOf("t", 1), "t", 1, []);
        _scenario.SetTopics(what switch
        {
            "created" => new ScenarioTopics(("t", 4), ("u", 2), ("v", 1)),
            "grown" => new ScenarioTopics(("t", 5), ("u", 2)),
            "deleted" => new ScenarioTopics(("u", 2)),
            _ => new ScenarioTopics([anew]),
        });
        var beat = _scenario.Beat("a", 1);
        Assert.Equal(2, _scenario.Group.GroupEpoch);
        IReadOnlyList<TopicPartitions> expected = what switch
        {
            "created" => [.. Of("t", 0, 1, 2, 3), .. Of("v", 0)],
            "grown" => Of("t", 0, 1, 2, 3, 4),
            _ => [],
        };
        AssertSame(expected, beat.Assignment);
        if (what == "made anew")
        {
            AssertSame([new TopicPartitions(anew.Id, [0])], _scenario.Beat("a", 1, None).Assignment);
        }
    }

    [Fact]
    public void A_change_of_other_topics_is_nothing_to_the_group()
    {
        _scenario.Join("a", "t");
        _scenario.SetTopics(("t", 4), ("u", 3), ("w", 9));
        _scenario.Beat("a", 1);
        Assert.Empty(_scenario.LastRecords);
        Assert.Equal(1, _scenario.Group.GroupEpoch);
    }

    [Fact]
    public void A_change_of_racks_is_a_rebalance()
    {
        _scenario.Join("a", "t");
        _scenario.SetTopics(new ScenarioTopics(
            [new GroupTopic(ScenarioTopics.IdOf("t"), "t", 4, [["r1"], ["r1"], ["r2"], ["r2"]])]));
        _scenario.Beat("a", 1);
        Assert.Equal((2, 2), (_scenario.Group.GroupEpoch, _scenario.Group.AssignmentEpoch));
    }

    [Fact]
    public void An_expression_subscribes_to_the_topics_that_match_it_now_and_later()
    {
        var join = Joining("a") with { TopicRegex = "t|x.*" };
        AssertSame(Of("t", 0, 1, 2, 3), _scenario.Beat(join).Assignment);
        Assert.Equal("t|x.*", Assert.Single(_scenario.Group.Members).TopicRegex);
        _scenario.SetTopics(("t", 4), ("x1", 1));
        AssertSame([.. Of("t", 0, 1, 2, 3), .. Of("x1", 0)], _scenario.Beat("a", 1).Assignment);
        var stored = _scenario.Log.Last(static record => record.Key is ConsumerGroupRegularExpressionKey).Value;
        Assert.Equal(["t", "x1"], ((ConsumerGroupRegularExpressionValue)stored!).Topics);

        _scenario.Beat(Beating("a", 2) with { TopicRegex = "", TopicNames = ["u"] });
        Assert.Null(_scenario.LastRecords.Last(static record => record.Key is ConsumerGroupRegularExpressionKey).Value);
        Assert.Null(Assert.Single(_scenario.Group.Members).TopicRegex);
    }

    [Fact]
    public void A_bad_expression_is_refused_and_leaves_no_group_behind()
    {
        var refused = _scenario.Beat(Joining("a") with { TopicRegex = "(a" });
        Assert.Equal(ErrorCode.InvalidRegularExpression, refused.Error);
        Assert.Contains("(a", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _scenario.Machine.GroupCount);
    }

    [Fact]
    public void The_expressions_of_a_group_are_bounded()
    {
        var joins = Enumerable.Range(0, 101).Select(index => Joining($"m{index}") with { TopicRegex = $"t|x{index}" });

        var joined = _scenario.BeatTogether([.. joins]);

        Assert.All(joined.Take(100), static each => Assert.Equal(ErrorCode.None, each.Error));
        Assert.Equal(ErrorCode.InvalidRegularExpression, joined[100].Error);
        Assert.Equal(ErrorCode.None, _scenario.Beat(Joining("more") with { TopicRegex = "t|x5" }).Error);
        Assert.Equal(100, _scenario.Log.Count(static record => record.Key is ConsumerGroupRegularExpressionKey));
    }

    [Fact]
    public void The_assignor_is_the_one_that_most_members_ask_for()
    {
        _scenario.Join("a", "t");
        Assert.Equal("uniform", _scenario.Group.AssignorName);
        _scenario.Beat(Joining("b", "t") with { ServerAssignor = "range" });
        Assert.Equal("range", _scenario.Group.AssignorName);
        _scenario.Beat(Joining("c", "t") with { ServerAssignor = "uniform" });
        Assert.Equal("uniform", _scenario.Group.AssignorName);
        var refused = _scenario.Beat(Joining("d", "t") with { ServerAssignor = "sticky" });
        Assert.Equal(ErrorCode.UnsupportedAssignor, refused.Error);
    }

    [Fact]
    public void A_full_group_takes_nobody_but_those_who_are_in_it()
    {
        var scenario = new ConsumerScenario(new GroupSettings { ConsumerMaxSize = 1 }, ("t", 1));
        scenario.Join("a", "t");
        Assert.Equal(ErrorCode.GroupMaxSizeReached, scenario.Join("b", "t").Error);
        Assert.Equal(ErrorCode.None, scenario.Join("a", "t").Error);
    }

    [Fact]
    public void A_request_that_makes_no_sense_is_refused()
    {
        _scenario.Join("a", "t");
        ConsumerHeartbeatCommand[] bad =
        [
            Joining("b", "t") with { GroupId = "" },
            Joining("b", "t") with { InstanceId = "" },
            Joining("b", "t") with { RackId = "" },
            Joining("b", "t") with { RebalanceTimeoutMs = -1 },
            Joining("b", "t") with { Owned = null },
            Joining("b", "t") with { Owned = Of("t", 0) },
            Joining("b"),
            Beating("", 1),
            Beating("a", -3),
            Beating("a", -2),
        ];
        Assert.All(bad, command => Assert.Equal(ErrorCode.InvalidRequest, _scenario.Beat(command).Error));
    }

    [Fact]
    public void A_list_of_partitions_is_read_for_members_only_and_not_beyond_what_they_can_own()
    {
        _scenario.Join("a", "t");
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("b", 1, new Unreadable()).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, _scenario.Beat("a", 7, new Unreadable()).Error);
        var repeated = Enumerable.Repeat(Of("t", 0, 1, 2, 3)[0], 100).ToList();
        Assert.Equal(ErrorCode.InvalidRequest, _scenario.Beat("a", 1, repeated).Error);
        Assert.Equal(ErrorCode.None, _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3)).Error);
    }

    [Fact]
    public void Epochs_that_a_log_with_a_hole_left_behind_are_overtaken()
    {
        _scenario.Join("a", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));
        _scenario.Join("b", "t");
        _scenario.LoseLast(static record => record.Key is ConsumerGroupMetadataKey);

        _scenario.Restart();

        Assert.Equal((3, 2), (_scenario.Group.GroupEpoch, _scenario.Group.AssignmentEpoch));
        Assert.Equal(1, _scenario.Beat("a", 1).MemberEpoch);
        Assert.Equal(3, _scenario.Beat("a", 1, Of("t", 0, 1)).MemberEpoch);
        var moved = _scenario.Beat("b", 2);
        Assert.Equal(3, moved.MemberEpoch);
        AssertSame(Of("t", 2, 3), moved.Assignment);
        Assert.Equal("Stable", _scenario.Group.State);
    }

    [Fact]
    public void A_member_of_which_the_log_lost_the_subscription_is_none()
    {
        _scenario.Join("a", "t");
        _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3));
        _scenario.Join("b", "t");
        _scenario.LoseLast(static record => record.Key is ConsumerGroupMemberMetadataKey { MemberId: "b" });

        _scenario.Restart();

        Assert.Equal("a", Assert.Single(_scenario.Group.Members).MemberId);
        Assert.Equal(3, _scenario.Beat("a", 1, Of("t", 0, 1, 2, 3)).MemberEpoch);
        Assert.Equal(ErrorCode.UnknownMemberId, _scenario.Beat("b", 2).Error);
        _scenario.Restart();
        Assert.Equal("Stable", _scenario.Group.State);
    }

    [Fact]
    public void Offsets_may_be_committed_and_fetched_in_the_members_own_epoch_only()
    {
        _scenario.Join("a", "t");
        Assert.Equal(ErrorCode.None, Commit("a", 1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, Commit("a", 2));
        Assert.Equal(ErrorCode.UnknownMemberId, Commit("b", 1));
        Assert.Equal(ErrorCode.UnknownMemberId, Commit("", -1));
        Assert.Equal(ErrorCode.None, Fetch("a", 1));
        Assert.Equal(ErrorCode.None, Fetch(null, -1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, Fetch("a", 0));
        Assert.Equal(ErrorCode.UnknownMemberId, Fetch("b", 1));
        _scenario.Beat("a", -1);
        Assert.Equal(ErrorCode.None, Commit("", -1));
    }

    [Fact]
    public void A_group_with_members_cannot_be_deleted_and_one_without_leaves_nothing()
    {
        _scenario.Beat(Joining("a", "t") with { TopicRegex = "u" });
        Assert.Equal(ErrorCode.NonEmptyGroup, Delete());
        _scenario.Beat("a", -1);
        Assert.Equal("Empty", _scenario.Group.State);
        Assert.Equal(ErrorCode.None, Delete());
        Assert.Equal(0, _scenario.Machine.GroupCount);
        _scenario.Restart();
        Assert.Equal(0, _scenario.Machine.GroupCount);
    }

    [Fact]
    public void A_broker_that_serves_no_consumer_groups_says_so()
    {
        var scenario = new ConsumerScenario(new GroupSettings { ServesConsumerProtocol = false }, ("t", 1));
        Assert.Equal(ErrorCode.UnsupportedVersion, scenario.Join("a", "t").Error);
    }

    [Fact]
    public void A_group_may_have_times_of_its_own_which_hold_from_the_next_heartbeat_on()
    {
        GroupOverrides? overrides = null;
        var scenario = new ConsumerScenario(
            new GroupSettings { OverridesOf = groupId => groupId == GroupId ? overrides : null }, ("t", 1));
        scenario.Join("a", "t");
        overrides = new GroupOverrides(SessionTimeoutMs: 50_000, HeartbeatIntervalMs: 9_000);
        Assert.Equal(9_000, scenario.Beat("a", 1).HeartbeatIntervalMs);
        scenario.Pass(49_000);
        Assert.Equal(ErrorCode.None, scenario.Beat("a", 1).Error);
        scenario.Pass(50_001);
        Assert.Equal(ErrorCode.UnknownMemberId, scenario.Beat("a", 1).Error);
    }

    private static void AssertSame(IReadOnlyList<TopicPartitions> expected, IReadOnlyList<TopicPartitions>? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(
            expected.SelectMany(static each => each.Partitions.Select(partition => (each.TopicId, partition))),
            actual.SelectMany(static each => each.Partitions.Select(partition => (each.TopicId, partition))));
    }

    private ErrorCode Commit(string memberId, int epoch) => _scenario.Ask<IReadOnlyList<ErrorCode>>(
        (turn, reply) => _scenario.Machine.Commit(turn, new(
            GroupId,
            new MemberName(memberId, null),
            epoch,
            IsModern: true,
            -1,
            [new(new TopicPartition("t", 0), 7, -1, null)]), reply))[0];

    private ErrorCode Fetch(string? memberId, int epoch) =>
        _scenario.Ask<ActorBroker.Core.Groups.Offsets.FetchOffsetsResult>((turn, reply) =>
            _scenario.Machine.FetchOffsets(turn, new(GroupId, memberId, epoch, null, false), reply)).Error;

    private ErrorCode Delete() =>
        _scenario.Ask<ErrorCode>((turn, reply) => _scenario.Machine.DeleteGroup(turn, GroupId, reply));

    /// <summary>Nobody may look at it.</summary>
    private sealed class Unreadable : IReadOnlyList<TopicPartitions>
    {
        public int Count => throw new InvalidOperationException();

        public TopicPartitions this[int index] => throw new InvalidOperationException();

        public IEnumerator<TopicPartitions> GetEnumerator() => throw new InvalidOperationException();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
