using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Offsets;

public sealed class OffsetTests
{
    [Fact]
    public void A_commit_is_seen_at_once_and_after_a_replay()
    {
        var scenario = OffsetScenario.With("t");
        Assert.Equal([ErrorCode.None], scenario.Commit("g", At("t", 0, 5, epoch: 7, text: "note")));

        foreach (var each in new[] { scenario, scenario.Restarted(), scenario.Restarted(compacted: true) })
        {
            var row = Assert.Single(each.Fetch("g", new TopicPartition("t", 0)));
            Assert.Equal(
                (5, 7, "note", scenario.NowMs),
                (row.Committed!.Offset, row.Committed.LeaderEpoch, row.Committed.Metadata,
                    row.Committed.CommitTimestampMs));
        }
    }

    [Fact]
    public void Each_offset_of_a_commit_has_its_own_outcome_and_only_good_ones_are_stored()
    {
        var scenario = OffsetScenario.With("t");

        var errors = scenario.Commit(
            "g",
            At("t", 0, 1),
            At("absent", 0, 1),
            At("t", 10, 1),
            At("t", -1, 1),
            At("t", 1, 1, text: new string('x', 4097)),
            At("t", 2, 1) with { Refused = ErrorCode.TopicAuthorizationFailed });

        Assert.Equal(
            [
                ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition,
                ErrorCode.UnknownTopicOrPartition, ErrorCode.OffsetMetadataTooLarge,
                ErrorCode.TopicAuthorizationFailed,
            ],
            errors);
        Assert.Equal(new TopicPartition("t", 0), Assert.Single(scenario.Fetch("g")).Partition);
        Assert.Single(scenario.Log);
    }

    [Theory]
    [InlineData(true, ErrorCode.GroupIdNotFound)]
    [InlineData(false, ErrorCode.IllegalGeneration)]
    public void A_generation_needs_a_group(bool isModern, ErrorCode expected)
    {
        var scenario = OffsetScenario.With("t");
        var command = new CommitCommand("g", new MemberName("m", null), 1, isModern, -1, [At("t", 0, 1)]);
        Assert.Equal([expected], scenario.Commit(command));
        Assert.Equal(0, scenario.GroupCount);

        scenario.Commit("g", At("t", 0, 1));
        Assert.Equal([ErrorCode.UnknownMemberId], scenario.Commit(command));
    }

    [Fact]
    public void A_group_without_a_name_keeps_offsets_as_any_other()
    {
        var scenario = OffsetScenario.With("t");
        Assert.Equal([ErrorCode.None], scenario.Commit("", At("t", 0, 5)));
        Assert.Equal(5, scenario.Restarted().Committed("", "t"));
    }

    [Fact]
    public void A_group_that_only_keeps_offsets_is_listed_as_an_empty_one_without_a_protocol()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit("g", At("t", 0, 5));
        Assert.Equal([new ListedGroup("g", "", "Empty", GroupType.Classic)], scenario.List());
    }

    [Fact]
    public void Nothing_committed_is_nothing_also_in_an_unknown_group()
    {
        var scenario = OffsetScenario.With("t");
        Assert.Null(scenario.Committed("nobody", "t"));
        Assert.Empty(scenario.Fetch("nobody"));
        scenario.Commit("g", At("t", 0, 5));
        Assert.Null(scenario.Committed("g", "t", 1));
    }

    [Fact]
    public void A_topic_that_was_made_anew_while_nobody_was_in_charge_has_no_offsets()
    {
        var scenario = OffsetScenario.With("t", "u");
        scenario.Commit("g", new OffsetToCommit(new TopicPartition("t", 0), 5, -1, null));
        scenario.Commit("g", new OffsetToCommit(new TopicPartition("u", 0), 6, -1, null));

        scenario.RestartedAfterRemaking("t");

        Assert.Null(scenario.Committed("g", "t"));
        Assert.Equal(6, scenario.Committed("g", "u"));
        Assert.Null(scenario.Restarted().Committed("g", "t"));
    }

    [Fact]
    public void Deleted_offsets_are_gone_for_good_and_the_group_with_the_last_one()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit("g", At("t", 0, 5), At("t", 1, 6));

        var result = scenario.Delete("g", new TopicPartition("t", 0), new TopicPartition("t", 9));
        Assert.Equal((ErrorCode.None, 2), (result.Error, result.Partitions.Count));
        Assert.All(result.Partitions, error => Assert.Equal(ErrorCode.None, error));
        Assert.Null(scenario.Restarted().Committed("g", "t"));
        Assert.Equal(6, scenario.Committed("g", "t", 1));

        scenario.Delete("g", new TopicPartition("t", 1));
        Assert.Equal(0, scenario.GroupCount);
        Assert.Equal(0, scenario.Restarted(compacted: true).GroupCount);
        Assert.Equal(ErrorCode.GroupIdNotFound, scenario.Delete("g", new TopicPartition("t", 1)).Error);
    }

    [Fact]
    public void A_deleted_group_takes_its_offsets_along()
    {
        var scenario = OffsetScenario.With("t").Stored("g", "consumer", 1);
        scenario.Commit("g", At("t", 0, 5), At("t", 1, 6));
        Assert.Equal(ErrorCode.None, scenario.DeleteGroup("g"));
        Assert.Equal(ErrorCode.GroupIdNotFound, scenario.DeleteGroup("g"));
        Assert.Equal(0, scenario.GroupCount);
        Assert.Equal(0, scenario.Restarted().GroupCount);
        Assert.Equal(0, scenario.Restarted(compacted: true).GroupCount);
    }

    [Fact]
    public void Offsets_of_a_deleted_topic_go_with_it()
    {
        var scenario = OffsetScenario.With("a", "b");
        scenario.Commit("one", At("a", 0, 5), At("b", 0, 6));
        scenario.Commit("two", At("a", 0, 7));

        scenario.Topics("b");

        Assert.Equal("one", Assert.Single(scenario.List()).GroupId);
        scenario.Topics("a", "b").Restarted();
        Assert.Null(scenario.Committed("one", "a"));
        Assert.Equal(6, scenario.Committed("one", "b"));
    }

    [Fact]
    public void Offsets_of_a_topic_are_not_those_of_its_successor_of_the_same_name()
    {
        var scenario = OffsetScenario.With("a");
        scenario.Commit("g", At("a", 0, 5));
        Assert.Null(scenario.Remade("a").Committed("g", "a"));
    }

    [Fact]
    public void A_topic_that_went_while_nobody_was_in_charge_takes_its_offsets_along_too()
    {
        var scenario = OffsetScenario.With("a", "b");
        scenario.Commit("g", At("a", 0, 5), At("b", 0, 6));
        scenario.RestartedWith("b").Topics("a", "b");
        Assert.Null(scenario.Committed("g", "a"));
        Assert.Equal(6, scenario.Committed("g", "b"));
    }

    [Fact]
    public void Records_of_a_group_that_compaction_left_in_part_are_taken_for_what_they_are()
    {
        var scenario = OffsetScenario.With("t")
            .Stored(new GroupRecord(new OffsetCommitKey { Group = "g", Topic = "t", Partition = 0 }, null))
            .Stored(new GroupRecord(new GroupMetadataKey { Group = "g" }, null))
            .Stored(new GroupRecord(new ConsumerGroupMetadataKey { GroupId = "g" }, null))
            .Stored(new GroupRecord(
                new ConsumerGroupCurrentMemberAssignmentKey { GroupId = "g", MemberId = "m" }, null));
        Assert.Equal(0, scenario.GroupCount);
        Assert.Equal(0, scenario.Restarted().GroupCount);
    }

    private static OffsetToCommit At(string topic, int partition, long offset, int epoch = -1, string? text = null) =>
        new(new TopicPartition(topic, partition), offset, epoch, text);
}
