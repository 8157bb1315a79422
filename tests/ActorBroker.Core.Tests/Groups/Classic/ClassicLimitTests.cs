using System.Runtime.InteropServices;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Core.Tests.Groups.Simulation;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>What no client may do to a coordinator: spin it, or make it decide what cannot be stored.</summary>
public sealed class ClassicLimitTests
{
    private static readonly string Unstorable = new('\uFFFD', 20_000);

    [Fact]
    public void Static_members_that_wait_for_nothing_do_not_hold_up_a_turn()
    {
        var scenario = ClassicScenario.New();
        var first = scenario.Joins("a", "i1");
        scenario.Later(6_000);
        scenario.SyncAll(first);
        first.Id = "";
        scenario.Join(first, static join => join with { RebalanceTimeoutMs = 0 });
        Assert.Equal("Stable", scenario.State);
        var second = scenario.Joins("b", "i2");
        second.Id = "";
        scenario.Join(second, static join => join with { RebalanceTimeoutMs = 0 });

        // Nobody syncs, and in the end both are gone.
        scenario.Later(10 * ClassicScenario.SessionMs);

        Assert.Equal("Empty", scenario.State);
    }

    [Fact]
    public void A_joining_member_whose_sync_was_parked_is_not_expected_to_heartbeat()
    {
        var scenario = ClassicScenario.New();
        var leader = scenario.Joins("a");
        var follower = scenario.Joins("b");
        scenario.Later(6_000);
        scenario.Sync(follower);
        follower.Protocols = [new MemberProtocol("range", ClassicScenario.Reads("other"))];
        scenario.Join(follower);
        Assert.Equal("PreparingRebalance", scenario.State);

        scenario.LaterWithHeartbeats(2 * ClassicScenario.SessionMs, leader);

        Assert.Contains(follower.Id, scenario.MemberIds);
    }

    [Fact]
    public void Strings_that_cannot_be_stored_are_refused()
    {
        var scenario = ClassicScenario.New();
        var member = scenario.Joins("a", "i1");
        foreach (var change in new Func<JoinCommand, JoinCommand>[]
        {
            static join => join with { Member = new MemberName("", Unstorable) },
            static join => join with { Client = new GroupClient(Unstorable, "/1.2.3.4") },
            static join => join with { ProtocolType = Unstorable },
            static join => join with { Protocols = [new MemberProtocol(Unstorable, default)] },
        })
        {
            Assert.Equal(ErrorCode.InvalidRequest, scenario.Join(member, change).Result.Error);
        }

        var refused = scenario.Join(member, static join => join with { GroupId = Unstorable }).Result.Error;
        Assert.Equal(ErrorCode.InvalidGroupId, refused);
    }

    [Fact]
    public void A_long_client_id_gives_a_member_id_that_can_be_stored()
    {
        var scenario = ClassicScenario.New();
        var member = new ClassicScenario.Member("a") { Protocols = ClassicScenario.Protocols("range") };

        var client = new GroupClient(new string('c', short.MaxValue), "/1.2.3.4");
        var answer = scenario.Join(member, join => join with { Client = client }).Result;

        Assert.Equal(ErrorCode.MemberIdRequired, answer.Error);
        Assert.InRange(answer.MemberId.Length, 1_024, 2_048);
    }

    [Fact]
    public void A_group_takes_no_more_than_can_be_stored()
    {
        var coordinator = new SimulatedCoordinator(
            new GroupSettings { InitialRebalanceDelayMs = 0, DecisionBytesMax = 20_000 },
            new SimulatedTopics(("t", 1)));
        Assert.Equal(ErrorCode.GroupMaxSizeReached, Join(coordinator, new byte[10_000]).Result.Error);
        var joining = Join(coordinator, new byte[5_000]);
        coordinator.AdvanceTo(coordinator.NowMs + 1);
        var joined = joining.Result;
        Assert.Equal(ErrorCode.None, joined.Error);

        Assert.Equal(ErrorCode.InvalidRequest, Sync(coordinator, joined, new byte[10_001]));
        Assert.Equal(ErrorCode.None, Sync(coordinator, joined, new byte[5_000]));
        Assert.Equal(ErrorCode.GroupMaxSizeReached, Join(coordinator, new byte[5_000]).Result.Error);
    }

    [Fact]
    public void A_replay_keeps_no_bytes_of_an_earlier_record()
    {
        var machine = new GroupCoordinatorMachine(new GroupSettings(), static () => "id");
        byte[] earlier = [1, 2, 3];
        byte[] later = [1, 2, 3];
        machine.Apply(Stored(earlier));
        machine.Apply(Stored(later));

        var reply = new Reply<ClassicGroupDescription>();
        machine.Describe(new GroupTurn(new GroupTime(0, 0)), "g", reply);

        Assert.True(MemoryMarshal.TryGetArray(reply.Result.Members[0].Metadata, out var kept));
        Assert.Same(later, kept.Array);
    }

    private static Asked<JoinResult> Join(SimulatedCoordinator coordinator, byte[] metadata) =>
        coordinator.Ask<JoinResult>("join", (machine, turn, reply) => machine.Join(
            turn,
            new JoinCommand(
                "g", new MemberName("", null), new GroupClient("c", "/1.2.3.4"), "consumer",
                [new MemberProtocol("range", metadata)], 10_000, 30_000, false, false, null),
            reply));

    private static ErrorCode Sync(SimulatedCoordinator coordinator, JoinResult joined, byte[] assignment) =>
        coordinator.Ask<SyncResult>("sync", (machine, turn, reply) => machine.Sync(
            turn,
            new SyncCommand(
                "g", new MemberName(joined.MemberId, null), joined.Generation, null, null,
                [KeyValuePair.Create(joined.MemberId, new ReadOnlyMemory<byte>(assignment))]),
            reply)).Result.Error;

    private static GroupRecord Stored(byte[] subscription) => new(
        new GroupMetadataKey { Group = "g" },
        new GroupMetadataValue
        {
            ProtocolType = "consumer",
            Generation = 1,
            Protocol = "range",
            Leader = "m",
            Members =
            [
                new GroupMetadataValue.MemberMetadata
                {
                    MemberId = "m", ClientId = "c", ClientHost = "/h", SessionTimeout = 10_000,
                    RebalanceTimeout = 10_000, GroupInstanceId = null, Subscription = subscription,
                },
            ],
        });
}
