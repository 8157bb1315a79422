using ActorBroker.Core.Groups;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Classic.ClassicScenario;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>Which mistake gets which error.</summary>
public class ClassicErrorTests
{
    public static TheoryData<string, ErrorCode> Joins => new()
    {
        { "an unknown member id", ErrorCode.UnknownMemberId },
        { "a known member with an unknown instance", ErrorCode.UnknownMemberId },
        { "no protocols", ErrorCode.InconsistentGroupProtocol },
        { "no protocol type", ErrorCode.InconsistentGroupProtocol },
        { "another protocol type", ErrorCode.InconsistentGroupProtocol },
        { "no protocol in common", ErrorCode.InconsistentGroupProtocol },
        { "a session too short", ErrorCode.InvalidSessionTimeout },
        { "a session too long", ErrorCode.InvalidSessionTimeout },
    };

    public static TheoryData<string, ErrorCode> Syncs => new()
    {
        { "an unknown member id", ErrorCode.UnknownMemberId },
        { "an unknown instance", ErrorCode.UnknownMemberId },
        { "an old generation", ErrorCode.IllegalGeneration },
        { "a later generation", ErrorCode.IllegalGeneration },
        { "another protocol type", ErrorCode.InconsistentGroupProtocol },
        { "another protocol", ErrorCode.InconsistentGroupProtocol },
        { "nothing wrong", ErrorCode.None },
    };

    [Theory]
    [MemberData(nameof(Joins))]
    public void A_join_with_a_mistake_is_refused_and_changes_nothing(string mistake, ErrorCode expected)
    {
        var group = Stable(out var members, "a", "b");
        var refused = group.Join(new Member("x") { Protocols = Protocols("range") }, join => mistake switch
        {
            "an unknown member id" => join with { Member = new MemberName("nobody", null) },
            "a known member with an unknown instance" => join with { Member = new MemberName(members[0].Id, "i") },
            "no protocols" => join with { Protocols = [] },
            "no protocol type" => join with { ProtocolType = "" },
            "another protocol type" => join with { ProtocolType = "connect" },
            "no protocol in common" => join with { Protocols = Protocols("sticky") },
            "a session too short" => join with { SessionTimeoutMs = 5_999 },
            _ => join with { SessionTimeoutMs = 1_800_001 },
        });
        Assert.Equal(expected, refused.Result.Error);
        Assert.Equal(-1, refused.Result.Generation);
        Assert.Equal("Stable", group.State);
    }

    [Theory]
    [MemberData(nameof(Syncs))]
    public void A_sync_with_a_mistake_is_refused(string mistake, ErrorCode expected)
    {
        var group = Stable(out var members, "a", "b");
        var answer = group.Sync(members[1], sync => mistake switch
        {
            "an unknown member id" => sync with { Member = new MemberName("nobody", null) },
            "an unknown instance" => sync with { Member = new MemberName(members[1].Id, "i") },
            "an old generation" => sync with { Generation = 0 },
            "a later generation" => sync with { Generation = 2 },
            "another protocol type" => sync with { ProtocolType = "connect" },
            "another protocol" => sync with { ProtocolName = "sticky" },
            _ => sync,
        }).Result;
        Assert.Equal(expected, answer.Error);
        Assert.Equal(expected == ErrorCode.None, answer.Assignment.Length > 0);
    }

    [Fact]
    public void Heartbeats_of_nobody_and_of_other_generations_are_refused()
    {
        var group = Stable(out var members, "a");
        Assert.Equal(ErrorCode.None, group.Heartbeat(members[0]));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(new Member("x") { Id = "nobody" }));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Heartbeat(members[0], generation: 0));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Heartbeat(members[0], generation: 2));
    }

    [Fact]
    public void A_group_that_does_not_exist_knows_no_members_and_leaves_no_trace()
    {
        var group = New();
        var nobody = new Member("x") { Id = "nobody", Protocols = Protocols("range") };
        Assert.Equal(ErrorCode.UnknownMemberId, group.Join(nobody).Result.Error);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Sync(nobody).Result.Error);
        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(nobody));
        Assert.Equal([ErrorCode.UnknownMemberId], group.Leave(nobody.Named));
        Assert.Equal("Dead", group.State);
        Assert.Equal(0, group.Coordinator.Machine.GroupCount);
    }

    [Fact]
    public void An_id_that_nobody_comes_back_with_is_forgotten_after_the_session_and_the_group_with_it()
    {
        var group = New();
        var member = new Member("a") { Protocols = Protocols("range") };
        var id = group.Join(member).Result.MemberId;
        Assert.StartsWith("a-", id, StringComparison.Ordinal);
        Assert.Equal("Empty", group.State);
        group.Later(SessionMs + 1);
        Assert.Equal(0, group.Coordinator.Machine.GroupCount);
        member.Id = id;
        Assert.Equal(ErrorCode.UnknownMemberId, group.Join(member).Result.Error);
    }

    [Fact]
    public void An_old_client_joins_without_an_id_of_its_own()
    {
        var group = New();
        var member = new Member("a") { Protocols = Protocols("range"), IsOld = true };
        Assert.False(group.Join(member).IsSettled);
        group.Later(3_000);
        Assert.Equal(1, member.Generation);
    }

    [Fact]
    public void A_full_group_takes_nobody_but_those_who_are_in_it()
    {
        var group = New(sizeMax: 2);
        var (first, second) = (group.Joins("a"), group.Joins("b"));
        group.Later(6_000);
        group.SyncAll(first, second);
        var third = new Member("c") { Protocols = Protocols("range") };
        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Join(third).Result.Error);
        group.Rebalance(first, second);
        Assert.Equal(2, second.Generation);
        group.Join(first);
        group.Join(second);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, group.Join(third).Result.Error);
    }

    [Fact]
    public void Metadata_without_end_is_refused_before_the_group_becomes_too_large_for_a_record()
    {
        var group = New();
        var metadata = new byte[1 << 20];
        var refused = 0;
        for (var i = 0; i < 70; i++)
        {
            var member = new Member($"m{i}") { Protocols = [new MemberProtocol("range", metadata)], IsOld = true };
            refused += group.Join(member) is { IsSettled: true, Result.Error: ErrorCode.GroupMaxSizeReached } ? 1 : 0;
        }

        Assert.InRange(refused, 54, 56);
    }

    [Fact]
    public void A_protocol_that_is_listed_twice_counts_once()
    {
        var group = New();
        var first = group.Joins("a", protocols: Protocols("range", "range", "sticky"));
        group.Joins("b", protocols: Protocols("sticky"));
        group.Later(6_000);
        Assert.Equal("sticky", first.Joining.Result.ProtocolName);
    }

    [Fact]
    public void Members_leave_one_by_one_and_the_last_one_leaves_an_empty_group()
    {
        var group = Stable(out var members, "a", "b");
        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId],
            group.Leave(members[0].Named, members[0].Named, new MemberName("", "i")));
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(members[1]));
        Assert.Equal([ErrorCode.None], group.Leave(members[1].Named));
        Assert.Equal("Empty", group.State);
        var stored = group.Stored!;
        Assert.Equal((2, 0, (string?)null), (stored.Generation, stored.Members.Count, stored.Leader));
    }

    [Fact]
    public void Who_leaves_with_a_parked_join_is_told_and_who_only_fetched_an_id_may_leave_too()
    {
        var group = Stable(out var members, "a");
        var newcomer = group.Joins("b");
        Assert.Equal([ErrorCode.None], group.Leave(newcomer.Named));
        Assert.Equal(ErrorCode.UnknownMemberId, newcomer.Joining.Result.Error);
        var pending = new Member("c") { Protocols = Protocols("range") };
        pending.Id = group.Join(pending).Result.MemberId;
        Assert.Equal([ErrorCode.None], group.Leave(pending.Named));
        group.Rebalance(members);
        Assert.Equal("Stable", group.State);
    }

    [Fact]
    public void Commits_are_taken_from_members_of_the_generation_and_from_outside_while_nobody_is_there()
    {
        var outsider = new MemberName("", null);
        var group = Stable(out var members, "a", "b");
        Assert.Equal(ErrorCode.None, group.Commit(members[0].Named, 1));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Commit(members[0].Named, 0));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Commit(new MemberName("nobody", null), 1));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Commit(outsider, -1));
        group.Join(members[0]);
        Assert.Equal(ErrorCode.None, group.Commit(members[1].Named, 1));
        group.Join(members[1]);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Commit(members[0].Named, 2));
        group.Leave(members[0].Named, members[1].Named);
        Assert.Equal(ErrorCode.None, group.Commit(outsider, -1));
        Assert.Equal(ErrorCode.UnknownMemberId, group.Commit(members[0].Named, 2));
    }

    [Fact]
    public void A_commit_is_a_sign_of_life()
    {
        var group = Stable(out var members, "a");
        for (var i = 0; i < 5; i++)
        {
            group.Later(SessionMs - 1);
            Assert.Equal(ErrorCode.None, group.Commit(members[0].Named, 1));
        }
    }
}
