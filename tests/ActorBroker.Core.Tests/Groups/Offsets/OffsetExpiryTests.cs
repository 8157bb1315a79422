using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Offsets.OffsetScenario;

namespace ActorBroker.Core.Tests.Groups.Offsets;

/// <summary>KIP-211: how long offsets are kept.</summary>
public sealed class OffsetExpiryTests
{
    [Fact]
    public void Without_members_ever_each_offset_is_kept_for_its_time_after_the_commit()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit("g", At(0, 5));
        scenario.Later(3 * Day).Commit("g", At(1, 6));

        Assert.Equal(0, scenario.Later((4 * Day) - 1).Expire());
        Assert.Equal(1, scenario.Later(1).Expire());
        Assert.Null(scenario.Committed("g", "t", 0));
        Assert.Equal(6, scenario.Restarted().Committed("g", "t", 1));

        Assert.Equal(1, scenario.Later(3 * Day).Expire());
        Assert.Equal(0, scenario.GroupCount);
        Assert.Equal(0, scenario.Restarted(compacted: true).GroupCount);
    }

    [Fact]
    public void A_group_that_had_members_keeps_all_its_offsets_for_their_time_after_it_became_empty()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit("g", At(0, 5));
        scenario.Later(30 * Day).Stored("g", "consumer", scenario.NowMs);

        Assert.Equal(0, scenario.Later((7 * Day) - 1).Expire());
        Assert.Equal(5, scenario.Committed("g", "t"));
        Assert.Equal(1, scenario.Later(1).Expire());
        Assert.Equal(0, scenario.GroupCount);
        Assert.Equal(0, scenario.Restarted().GroupCount);
    }

    [Fact]
    public void A_commit_that_says_how_long_is_kept_so_long()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit(new CommitCommand("g", new MemberName("", null), -1, false, 20 * Day, [At(0, 5)]));
        scenario.Commit(new CommitCommand("g", new MemberName("", null), -1, false, 1000, [At(1, 6)]));

        Assert.Equal(1, scenario.Later(1000).Expire());
        Assert.Equal(0, scenario.Restarted().Later((20 * Day) - 1001).Expire());
        Assert.Equal(5, scenario.Committed("g", "t"));
        Assert.Equal(1, scenario.Later(1).Expire());
    }

    [Fact]
    public void A_later_commit_gives_an_offset_its_whole_time_again()
    {
        var scenario = OffsetScenario.With("t");
        scenario.Commit("g", At(0, 5));
        scenario.Later(6 * Day).Commit("g", At(0, 6));
        Assert.Equal(0, scenario.Later(6 * Day).Expire());
        Assert.Equal(6, scenario.Committed("g", "t"));
    }

    [Fact]
    public void An_empty_group_without_offsets_is_through_at_the_next_look()
    {
        var scenario = OffsetScenario.With("t").Stored("g", "consumer", 1);
        Assert.Equal(1, scenario.GroupCount);
        Assert.Equal(0, scenario.Expire());
        Assert.Equal(0, scenario.GroupCount);
        Assert.Equal(0, scenario.Restarted().GroupCount);
    }

    private static OffsetToCommit At(int partition, long offset) =>
        new(new TopicPartition("t", partition), offset, -1, null);
}
