using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Offsets;

/// <summary>What one commit may ask to be stored.</summary>
public sealed class OffsetLimitTests
{
    [Fact]
    public void The_last_of_several_offsets_of_a_partition_is_the_only_one_that_is_stored()
    {
        var scenario = OffsetScenario.With("t");

        var errors = scenario.Commit("g", At(1), At(2), At(3));

        Assert.All(errors, static error => Assert.Equal(ErrorCode.None, error));
        Assert.Single(scenario.Log);
        Assert.Equal(3, scenario.Committed("g", "t"));
    }

    [Fact]
    public void A_commit_that_is_too_large_to_be_stored_is_refused_as_a_whole()
    {
        var scenario = OffsetScenario.With(new GroupSettings { DecisionBytesMax = 1_000 }, "t");

        var errors = scenario.Commit(new string('g', 300), At(1), At(1, 1), At(1, 2), At(1, 99));

        Assert.Equal(
            [
                ErrorCode.InvalidCommitOffsetSize, ErrorCode.InvalidCommitOffsetSize,
                ErrorCode.InvalidCommitOffsetSize, ErrorCode.UnknownTopicOrPartition,
            ],
            errors);
        Assert.Empty(scenario.Log);
    }

    [Fact]
    public void A_group_id_that_grows_when_it_is_stored_is_refused()
    {
        var scenario = OffsetScenario.With("t");

        Assert.Equal([ErrorCode.InvalidGroupId], scenario.Commit(new string('\uFFFD', 11_000), At(1)));
        Assert.Empty(scenario.Log);
    }

    [Fact]
    public void A_retention_beyond_the_end_of_time_never_ends()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit(new CommitCommand("g", new MemberName("", null), -1, false, long.MaxValue, [At(1)]));

        Assert.Equal(0, scenario.Later(1_000 * OffsetScenario.Day).Expire());
    }

    [Fact]
    public void An_offset_that_was_committed_long_after_the_group_became_empty_has_its_whole_time()
    {
        var scenario = OffsetScenario.With("t").Stored("g", "consumer", emptySinceMs: 1_000_000_000);
        scenario.Later(30 * OffsetScenario.Day).Commit("g", At(1));

        Assert.Equal(0, scenario.Later(6 * OffsetScenario.Day).Expire());
        Assert.Equal(1, scenario.Later(2 * OffsetScenario.Day).Expire());
    }

    [Fact]
    public void Deleting_an_offset_of_an_unknown_partition_is_an_error()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit("g", At(1));

        var deleted = scenario.Delete(
            "g", new TopicPartition("u", 0), new TopicPartition("t", 99), new TopicPartition("t", 1));

        Assert.Equal(
            [ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition, ErrorCode.None], deleted.Partitions);
    }

    private static OffsetToCommit At(long offset, int partition = 0) =>
        new(new TopicPartition("t", partition), offset, -1, null);
}
