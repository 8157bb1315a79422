using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Groups.Classic.ClassicScenario;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>What is stored, and a coordinator that restarts in each state.</summary>
public class ClassicRecoveryTests
{
    [Fact]
    public void The_leaders_assignment_stores_the_whole_group()
    {
        var group = New();
        var (leader, follower) = (group.Joins("a"), group.Joins("b", "ib"));
        group.Later(6_000);
        Assert.Empty(group.Coordinator.Log);
        group.SyncAll(leader, follower);
        var record = Assert.Single(group.Coordinator.Log);
        Assert.Equal(GroupId, Assert.IsType<GroupMetadataKey>(record.Key).Group);
        var value = group.Stored!;
        Assert.Equal(
            ("consumer", 1, "range", leader.Id, group.Coordinator.NowUnixMs),
            (value.ProtocolType, value.Generation, value.Protocol, value.Leader, value.CurrentStateTimestamp));
        var stored = value.Members.Single(member => member.MemberId == follower.Id);
        Assert.Equal(
            ("ib", "b", "/10.1.2.3", SessionMs, RebalanceMs),
            (stored.GroupInstanceId, stored.ClientId, stored.ClientHost, stored.SessionTimeout,
                stored.RebalanceTimeout));
        Assert.Equal(Reads("t"), stored.Subscription.ToArray());
        Assert.Equal(Bytes("b"), stored.Assignment.ToArray());
    }

    [Fact]
    public void A_restart_in_a_stable_group_is_noticed_by_nobody_and_sessions_begin_anew()
    {
        var group = Stable(out var members, "a", "b");
        group.Later(SessionMs - 1).Restart().Later(SessionMs - 1);
        Assert.Equal(ErrorCode.None, group.Heartbeat(members[0]));
        Assert.Equal("b", System.Text.Encoding.UTF8.GetString(group.Sync(members[1]).Result.Assignment.Span));
        Assert.Equal(ErrorCode.None, group.Commit(members[1].Named, 1));
        group.Rebalance(members);
        Assert.Equal(2, members[0].Generation);
    }

    [Fact]
    public void A_restart_while_members_join_goes_back_to_the_stored_generation()
    {
        var group = Stable(out var members, "a", "b");
        group.Join(members[0]);
        group.Restart();
        Assert.True(members[0].Joining.IsLost);
        Assert.Equal(("Stable", ErrorCode.None), (group.State, group.Heartbeat(members[1])));
        group.Rebalance(members);
        Assert.Equal((2, "Stable"), (members[1].Generation, group.State));
    }

    [Fact]
    public void A_restart_before_the_leader_assigned_takes_the_generation_back()
    {
        var group = Stable(out var members, "a", "b");
        group.Join(members[0]);
        group.Join(members[1]);
        group.Sync(members[1]);
        group.Restart();
        Assert.Equal(ErrorCode.IllegalGeneration, group.Heartbeat(members[1]));
        Assert.Equal(ErrorCode.IllegalGeneration, group.Sync(members[0], (members[0], "x")).Result.Error);
        group.Rebalance(members);
        Assert.Equal("Stable", group.State);
    }

    [Fact]
    public void A_restart_of_an_empty_group_keeps_its_generation()
    {
        var group = Stable(out var members, "a");
        group.Leave(members[0].Named);
        group.Restart();
        Assert.Equal("Empty", group.State);
        var next = group.Joins("b");
        group.Later(3_000);
        Assert.Equal(3, next.Generation);
    }

    [Fact]
    public void An_assignment_that_could_not_be_stored_was_never_given()
    {
        var group = Stable(out var members, "a", "b");
        group.Join(members[0]);
        group.Join(members[1]);
        group.Sync(members[1]);
        group.Coordinator.FailsNextAppend = true;
        group.Sync(members[0], (members[0], "x"), (members[1], "y"));
        Assert.True(members[0].Syncing.IsLost && members[1].Syncing.IsLost);
        Assert.Equal(1, group.Stored!.Generation);
        Assert.Equal("Stable", group.State);
    }

    [Fact]
    public void Metadata_and_assignments_are_shown_only_while_the_group_is_stable()
    {
        var group = Stable(out var members, "a");
        var shown = group.Describe();
        Assert.Equal(("Stable", "consumer", "range"), (shown.State, shown.ProtocolType, shown.ProtocolName));
        var member = Assert.Single(shown.Members);
        Assert.Equal(("a", "/10.1.2.3"), (member.Client.ClientId, member.Client.Host));
        Assert.Equal((Reads("t").Length, 1), (member.Metadata.Length, member.Assignment.Length));
        group.Joins("b");
        shown = group.Describe();
        Assert.Equal(("PreparingRebalance", "", 2), (shown.State, shown.ProtocolName, shown.Members.Count));
        Assert.All(shown.Members, each => Assert.Equal((0, 0), (each.Metadata.Length, each.Assignment.Length)));
        Assert.Equal(members[0].Id, shown.Members[0].MemberId);
    }

    [Fact]
    public void Records_of_others_that_make_no_sense_are_lived_with()
    {
        var group = New();
        var machine = group.Coordinator.Machine;
        machine.Apply(new GroupRecord(new GroupMetadataKey { Group = GroupId }, new GroupMetadataValue
        {
            ProtocolType = "consumer",
            Generation = int.MaxValue - 1,
            Protocol = null,
            Leader = "somebody else",
            Members =
            [
                new() { MemberId = "m", GroupInstanceId = "i", SessionTimeout = -5, Subscription = Bytes("?") },
                new() { MemberId = "n", GroupInstanceId = "i", SessionTimeout = 1 },
            ],
        }));
        Assert.Equal("Stable", group.State);
        var returned = new Member("x") { InstanceId = "i", Protocols = Protocols("range") };
        group.Join(returned);
        group.Later(60_000);
        Assert.True(returned.Joining.IsSettled);
        Assert.Empty(group.Coordinator.Open);
    }

    [Fact]
    public void A_group_over_the_limit_after_a_restart_with_a_smaller_one_gathers_anew()
    {
        var group = Stable(out _, "a", "b", "c");
        var smaller = new GroupCoordinatorMachine(new GroupSettings { MaxSize = 2 }, () => "id");
        foreach (var record in group.Coordinator.Log)
        {
            smaller.Apply(record);
        }

        smaller.Begin(new GroupTurn(new GroupTime(0, 0)), new Simulation.SimulatedTopics());
        var shown = group.Coordinator.Peek<ClassicGroupDescription>(
            smaller, static (machine, turn, reply) => machine.Describe(turn, GroupId, reply));
        Assert.Equal("PreparingRebalance", shown.State);
    }

    [Fact]
    public void Topics_that_members_read_keep_their_offsets_and_unreadable_bytes_keep_all()
    {
        var group = Stable(out var members, "a");
        group.Commit(members[0].Named, 1);
        Assert.Equal(ErrorCode.GroupSubscribedToTopic, Delete(group, "t"));
        Assert.NotEqual(ErrorCode.GroupSubscribedToTopic, Delete(group, "u"));

        var odd = New();
        var member = odd.Joins("a", protocols: [new MemberProtocol("range", Bytes("\u0007???"))]);
        odd.Later(3_000);
        odd.SyncAll(member);
        Assert.Equal(ErrorCode.GroupSubscribedToTopic, Delete(odd, "u"));
    }

    private static ErrorCode Delete(ClassicScenario group, string topic)
    {
        var result = group.Ask<Core.Groups.Offsets.DeleteOffsetsResult>((machine, turn, reply) =>
            machine.DeleteOffsets(turn, new(GroupId, [new TopicPartition(topic, 0)]), reply));
        return result.Error == ErrorCode.None ? result.Partitions[0] : result.Error;
    }
}
