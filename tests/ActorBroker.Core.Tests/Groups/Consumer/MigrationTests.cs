using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Consumer.ConsumerScenario;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>A group changes its protocol while it works.</summary>
public sealed class MigrationTests
{
    private static readonly GroupSettings NoDelay = new() { InitialRebalanceDelayMs = 0 };

    private readonly ConsumerScenario _scenario = new(NoDelay, ("t", 4));

    [Fact]
    public void A_classic_group_becomes_a_consumer_group_when_a_member_of_the_new_protocol_joins()
    {
        var classic = StableClassicGroup();
        var joined = _scenario.Join("n", "t");
        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Equal(2, joined.MemberEpoch);
        Assert.Empty(joined.Assignment!);
        var members = _scenario.Group.Members;
        Assert.False(members.Single(static member => member.MemberId == "n").IsClassic);
        Assert.True(members.Single(member => member.MemberId == classic).IsClassic);
        Assert.Equal("Dead", _scenario.ClassicGroup.State);

        // The classic member learns that it has to join; a cooperative one keeps what it owns meanwhile.
        Assert.Equal(ErrorCode.RebalanceInProgress, _scenario.BeatClassic(classic, 1));
        var first = _scenario.JoinClassic(classic, "cooperative-sticky", All).Result;
        Assert.Equal((ErrorCode.None, 1, "cooperative-sticky"), (first.Error, first.Generation, first.ProtocolName));
        var kept = Read(_scenario.SyncClassic(classic, 1).Result);
        Assert.Equal(2, kept.Count);
        Assert.Equal(ErrorCode.RebalanceInProgress, _scenario.BeatClassic(classic, 1));
        Assert.Null(_scenario.Beat("n", 2).Assignment);

        var second = _scenario.JoinClassic(classic, "cooperative-sticky", kept).Result;
        Assert.Equal(2, second.Generation);
        Assert.Equal(kept, Read(_scenario.SyncClassic(classic, 2).Result));
        Assert.Equal(ErrorCode.None, _scenario.BeatClassic(classic, 2));
        var taken = Assert.Single(_scenario.Beat("n", 2).Assignment!).Partitions;
        Assert.Equal([0, 1, 2, 3], taken.Concat(kept.Select(static each => each.Partition)).Order());
        Assert.Equal("Stable", _scenario.Group.State);
    }

    [Fact]
    public void An_eager_member_has_given_everything_up_when_it_joins()
    {
        var classic = StableClassicGroup("range");
        _scenario.Join("n", "t");
        Assert.Equal(ErrorCode.RebalanceInProgress, _scenario.BeatClassic(classic, 1));
        Assert.Equal(2, _scenario.JoinClassic(classic, "range").Result.Generation);
        Assert.Equal(2, Read(_scenario.SyncClassic(classic, 2).Result).Count);
        Assert.Equal(2, Assert.Single(_scenario.Beat("n", 2).Assignment!).Partitions.Count);
    }

    [Fact]
    public void The_group_is_classic_again_when_the_last_member_of_the_new_protocol_leaves()
    {
        var classic = StableClassicGroup();
        Commit(classic, 1, 42);
        _scenario.Join("n", "t");
        _scenario.JoinClassic(classic, "cooperative-sticky", All);
        Assert.Equal(-1, _scenario.Beat("n", -1).MemberEpoch);

        Assert.Equal(ErrorCode.GroupIdNotFound, _scenario.Group.Error);
        Assert.Equal("PreparingRebalance", _scenario.ClassicGroup.State);
        var joined = _scenario.JoinClassic(classic, "cooperative-sticky", All).Result;
        Assert.Equal((ErrorCode.None, 4, classic), (joined.Error, joined.Generation, joined.Leader));
        Assert.Equal(All, Read(_scenario.SyncClassic(classic, 4, (classic, All)).Result));
        Assert.Equal("Stable", _scenario.ClassicGroup.State);
        Assert.Equal(42, Committed());

        _scenario.Restart();
        Assert.Equal("Stable", _scenario.ClassicGroup.State);
        Assert.Equal(42, Committed());
    }

    [Fact]
    public void The_session_of_the_last_member_of_the_new_protocol_ends_the_same_way()
    {
        var classic = StableClassicGroup();
        _scenario.Join("n", "t");
        for (var second = 0; second < 50; second += 5)
        {
            _scenario.JoinClassic(classic, "cooperative-sticky", []);
            _scenario.Pass(5_000);
        }

        Assert.Equal(ErrorCode.GroupIdNotFound, _scenario.Group.Error);
        Assert.Equal(classic, Assert.Single(_scenario.ClassicGroup.Members).MemberId);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void The_policy_may_forbid_either_way(bool mayUpgrade, bool mayDowngrade)
    {
        var settings = NoDelay with { MayUpgrade = mayUpgrade, MayDowngrade = mayDowngrade };
        var scenario = new ConsumerScenario(settings, ("t", 4));
        var classic = StableClassicGroup("range", scenario);
        var joined = scenario.Join("n", "t");
        Assert.Equal(mayUpgrade ? ErrorCode.None : ErrorCode.GroupIdNotFound, joined.Error);
        if (!mayUpgrade)
        {
            Assert.Equal(ErrorCode.None, scenario.BeatClassic(classic, 1));
            return;
        }

        scenario.Beat("n", -1);
        Assert.Equal("Assigning", scenario.Group.State);
        Assert.Equal(3, scenario.JoinClassic(classic, "range").Result.Generation);
        Assert.Equal(All, Read(scenario.SyncClassic(classic, 3).Result));
    }

    [Fact]
    public void A_classic_group_that_consumes_nothing_stays_classic()
    {
        var command = new JoinCommand(
            GroupId,
            new MemberName("", null),
            new GroupClient("c", "/h"),
            "connect",
            [new MemberProtocol("v1", new byte[3])],
            10_000,
            30_000,
            RequiresMemberId: false,
            SupportsSkipAssignment: true,
            null);
        _scenario.Turn<JoinResult>((turn, reply) => _scenario.Machine.Join(turn, command, reply));
        Assert.Equal(ErrorCode.GroupIdNotFound, _scenario.Join("n", "t").Error);
    }

    [Fact]
    public void A_refused_join_of_the_new_protocol_leaves_the_classic_group_alone()
    {
        StableClassicGroup();
        Assert.Equal(
            ErrorCode.InvalidRegularExpression, _scenario.Beat(Joining("n") with { TopicRegex = "(" }).Error);
        Assert.Equal(ErrorCode.InvalidRequest, _scenario.Join("n").Error);
        Assert.Equal("Stable", _scenario.ClassicGroup.State);
    }

    [Fact]
    public void A_parked_join_is_told_to_come_again_when_the_group_changes_its_protocol()
    {
        var scenario = new ConsumerScenario(new GroupSettings { InitialRebalanceDelayMs = 3_000 }, ("t", 4));
        var parked = scenario.JoinClassic("", "range");
        Assert.False(parked.IsAnswered);
        Assert.Equal(ErrorCode.None, scenario.Join("n", "t").Error);
        Assert.Equal(ErrorCode.RebalanceInProgress, parked.Result.Error);
        var again = scenario.JoinClassic(parked.Result.MemberId, "range").Result;
        Assert.Equal((ErrorCode.None, 1), (again.Error, again.Generation));
    }

    [Fact]
    public void Empty_groups_change_freely_both_ways_and_keep_their_offsets()
    {
        var classic = StableClassicGroup();
        Commit(classic, 1, 7);
        _scenario.LeaveClassic(new MemberName(classic, null));
        Assert.Equal(ErrorCode.None, _scenario.Join("n", "t").Error);
        Assert.Equal(7, Committed());
        _scenario.Beat("n", -1);
        var joined = _scenario.JoinClassic("", "range");
        _scenario.Pass(1);
        Assert.Equal(ErrorCode.None, joined.Result.Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, _scenario.Group.Error);
        Assert.Equal(7, Committed());
        _scenario.Restart();
        Assert.Equal(7, Committed());
    }

    [Fact]
    public void Classic_members_may_join_and_leave_a_consumer_group()
    {
        _scenario.Join("n", "t");
        _scenario.Beat("n", 1, Of("t", 0, 1, 2, 3));
        var joined = _scenario.JoinClassic("", "range").Result;
        Assert.Equal((ErrorCode.None, 2), (joined.Error, joined.Generation));
        Assert.Equal(("range", ""), (joined.ProtocolName, joined.Leader));
        Assert.Empty(Read(_scenario.SyncClassic(joined.MemberId, 2).Result));
        Assert.Equal(ErrorCode.None, _scenario.BeatClassic(joined.MemberId, 2));

        var asked = _scenario.Beat("n", 1);
        _scenario.Beat("n", 1, asked.Assignment);
        Assert.Equal(ErrorCode.RebalanceInProgress, _scenario.BeatClassic(joined.MemberId, 2));
        Assert.Equal(2, _scenario.JoinClassic(joined.MemberId, "range").Result.Generation);
        Assert.Equal(2, Read(_scenario.SyncClassic(joined.MemberId, 2).Result).Count);

        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _scenario.JoinClassic("", "roundrobin").Result.Error);
        var left = _scenario.LeaveClassic(new MemberName(joined.MemberId, null), new MemberName("n", null));
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownMemberId], left.Members.Select(static each => each.Error));
        Assert.Equal([0, 1, 2, 3], Assert.Single(_scenario.Beat("n", 2).Assignment!).Partitions);
    }

    [Fact]
    public void A_classic_member_that_does_not_join_or_sync_in_time_is_put_out()
    {
        _scenario.Join("n", "t");
        var idle = _scenario.JoinClassic("", "range").Result;
        _scenario.SyncClassic(idle.MemberId, idle.Generation);
        _scenario.Beat("n", 1, Of("t", 0, 1));
        var silent = _scenario.JoinClassic("", "range").Result;
        for (var second = 0; second < 30; second += 5)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, _scenario.BeatClassic(idle.MemberId, idle.Generation));
            Assert.Equal(ErrorCode.None, _scenario.BeatClassic(silent.MemberId, silent.Generation));
            _scenario.Beat("n", 2);
            _scenario.Pass(5_000);
        }

        _scenario.Pass(1);
        Assert.Equal("n", Assert.Single(_scenario.Group.Members).MemberId);
    }

    [Fact]
    public void A_classic_member_that_was_to_join_and_speaks_the_new_protocol_instead_stays()
    {
        _scenario.Join("n", "t");
        var joined = _scenario.JoinClassic("", "range").Result;
        _scenario.SyncClassic(joined.MemberId, joined.Generation);
        _scenario.Beat("n", 1, Of("t", 0, 1));
        Assert.Equal(ErrorCode.RebalanceInProgress, _scenario.BeatClassic(joined.MemberId, joined.Generation));

        var epoch = _scenario.Join(joined.MemberId, "t").MemberEpoch;
        for (var second = 0; second < 60; second += 5)
        {
            _scenario.Beat("n", 2);
            epoch = _scenario.Beat(joined.MemberId, epoch).MemberEpoch;
            _scenario.Pass(5_000);
        }

        Assert.Equal(2, _scenario.Group.Members.Count);
    }

    [Fact]
    public void A_static_classic_member_restarts_with_the_new_protocol_and_takes_its_place()
    {
        var first = _scenario.JoinClassic("", "range", null, "i");
        _scenario.Pass(1);
        var joined = first.Result;
        _scenario.SyncClassic(joined.MemberId, 1, (joined.MemberId, All));
        var back = _scenario.Beat(Joining("n", "t") with { InstanceId = "i" });
        Assert.Equal(ErrorCode.None, back.Error);
        Assert.Equal([0, 1, 2, 3], Assert.Single(back.Assignment!).Partitions);
        Assert.Equal("n", Assert.Single(_scenario.Group.Members).MemberId);
        Assert.Equal(ErrorCode.FencedInstanceId, _scenario.BeatClassic(joined.MemberId, 1, "i"));
    }

    [Fact]
    public void What_a_member_has_not_given_up_yet_is_its_own_when_the_group_changes_its_protocol()
    {
        // Two cooperative members: "a" owns everything, and has not fetched the assignment that takes a part away.
        var a = StableClassicGroup();
        var b = _scenario.JoinClassic("", "cooperative-sticky");
        var joined = _scenario.JoinClassic(a, "cooperative-sticky", All).Result;
        var leader = joined.Leader == a ? a : b.Result.MemberId;
        TopicPartition[] half = [All[0], All[1]];
        _scenario.SyncClassic(b.Result.MemberId, 2, leader == a ? [] : [(a, half), (leader, [])]);
        if (leader == a)
        {
            _scenario.SyncClassic(a, 2, (a, half), (b.Result.MemberId, []));
        }

        Assert.Empty(_scenario.Join("n", "t").Assignment!);
        var owned = _scenario.Group.Members.Single(member => member.MemberId == a).Assignment;
        Assert.Equal([0, 1, 2, 3], Assert.Single(owned).Partitions);
    }

    private static TopicPartition[] All => [new("t", 0), new("t", 1), new("t", 2), new("t", 3)];

    private static IReadOnlyList<TopicPartition> Read(SyncResult result)
    {
        Assert.Equal(ErrorCode.None, result.Error);
        Assert.True(MemberAssignment.TryRead(result.Assignment, out var partitions));
        return partitions;
    }

    /// <summary>A classic group of one member, in generation 1, that owns all.</summary>
    private string StableClassicGroup(string protocol = "cooperative-sticky", ConsumerScenario? scenario = null)
    {
        scenario ??= _scenario;
        var reply = scenario.JoinClassic("", protocol);
        scenario.Pass(1);
        Assert.Equal(1, reply.Result.Generation);
        Assert.Equal(All, Read(scenario.SyncClassic(reply.Result.MemberId, 1, (reply.Result.MemberId, All)).Result));
        return reply.Result.MemberId;
    }

    private void Commit(string memberId, int generation, long offset) => Assert.Equal(
        ErrorCode.None,
        _scenario.Ask<IReadOnlyList<ErrorCode>>((turn, reply) => _scenario.Machine.Commit(
            turn,
            new CommitCommand(
                GroupId,
                new MemberName(memberId, null),
                generation,
                IsModern: true,
                -1,
                [new OffsetToCommit(All[0], offset, -1, null)]),
            reply))[0]);

    private long? Committed() => _scenario.Ask<FetchOffsetsResult>((turn, reply) => _scenario.Machine.FetchOffsets(
        turn, new FetchOffsetsCommand(GroupId, null, -1, [All[0]], false), reply)).Offsets[0].Committed?.Offset;
}
