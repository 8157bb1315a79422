using System.Text;
using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Tests.Groups.Simulation;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Classic;

/// <summary>Says in one line what happened to a classic group. Times are in milliseconds.</summary>
internal sealed class ClassicScenario
{
    public const string GroupId = "g";
    public const int SessionMs = 10_000;
    public const int RebalanceMs = 30_000;

    private readonly SimulatedCoordinator _coordinator;

    private ClassicScenario(GroupSettings settings) =>
        _coordinator = new SimulatedCoordinator(settings, new SimulatedTopics(("t", 3)));

    public SimulatedCoordinator Coordinator => _coordinator;

    public string State => Describe().State;

    public IEnumerable<string> MemberIds => Describe().Members.Select(member => member.MemberId).Order();

    /// <summary>The latest record that the group stored.</summary>
    public GroupMetadataValue? Stored => (GroupMetadataValue?)_coordinator.Log[^1].Value;

    public static ClassicScenario New(int initialDelayMs = 3_000, int sizeMax = int.MaxValue) =>
        new(new GroupSettings { InitialRebalanceDelayMs = initialDelayMs, MaxSize = sizeMax });

    /// <summary>A stable group; the first of these leads, and each has its own name as its assignment.</summary>
    public static ClassicScenario Stable(out Member[] members, params string[] names)
    {
        var scenario = New();
        members = [.. names.Select(name => scenario.Joins(name))];
        scenario.Later(6_000);
        scenario.SyncAll(members);
        Assert.Equal("Stable", scenario.State);
        return scenario;
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Reads(params string[] topics) => new MemberSubscription { Topics = topics }.Write();

    public static IReadOnlyList<MemberProtocol> Protocols(params string[] names) =>
        [.. names.Select(name => new MemberProtocol(name, Reads("t")))];

    /// <summary>A new member joins: a dynamic one fetches its id first.</summary>
    public Member Joins(string name, string? instance = null, IReadOnlyList<MemberProtocol>? protocols = null)
    {
        var member = new Member(name) { InstanceId = instance, Protocols = protocols ?? Protocols("range") };
        if (instance is null)
        {
            Join(member);
            Assert.Equal(ErrorCode.MemberIdRequired, member.Joining.Result.Error);
            member.Id = member.Joining.Result.MemberId;
        }

        Join(member);
        return member;
    }

    /// <summary>The process of a static member starts again, and knows nothing of the one before.</summary>
    public Member Returns(Member before, IReadOnlyList<MemberProtocol>? protocols = null, bool isOld = false)
    {
        var member = new Member(before.Name)
        {
            InstanceId = before.InstanceId,
            Protocols = protocols ?? before.Protocols,
            IsOld = isOld,
        };
        Join(member);
        return member;
    }

    public Asked<JoinResult> Join(Member member, Func<JoinCommand, JoinCommand>? change = null)
    {
        var command = new JoinCommand(
            GroupId, member.Named, new GroupClient(member.Name, "/10.1.2.3"), "consumer", member.Protocols,
            SessionMs, RebalanceMs, RequiresMemberId: !member.IsOld, SupportsSkipAssignment: !member.IsOld, null);
        command = change?.Invoke(command) ?? command;
        member.Joining = _coordinator.Ask<JoinResult>(
            "join", (machine, turn, reply) => machine.Join(turn, command, reply), member.Learn);
        return member.Joining;
    }

    public Asked<SyncResult> Sync(Member member, params (Member Member, string Assignment)[] assignments) =>
        Sync(member, command => command with
        {
            Assignments =
            [
                .. assignments.Select(each => KeyValuePair.Create(
                    each.Member.Id, new ReadOnlyMemory<byte>(Bytes(each.Assignment)))),
            ],
        });

    public Asked<SyncResult> Sync(Member member, Func<SyncCommand, SyncCommand> change)
    {
        var command = change(new SyncCommand(GroupId, member.Named, member.Generation, "consumer", null, []));
        member.Syncing = _coordinator.Ask<SyncResult>(
            "sync", (machine, turn, reply) => machine.Sync(turn, command, reply));
        return member.Syncing;
    }

    /// <summary>Everybody syncs, the first as the leader.</summary>
    public void SyncAll(params Member[] members)
    {
        foreach (var follower in members.Skip(1))
        {
            Sync(follower);
        }

        Sync(members[0], [.. members.Select(member => (member, member.Name))]);
    }

    /// <summary>Everybody joins again and syncs.</summary>
    public void Rebalance(params Member[] members)
    {
        foreach (var member in members)
        {
            Join(member);
        }

        SyncAll(members);
    }

    public ErrorCode Heartbeat(Member member, int? generation = null) => Ask<ErrorCode>((machine, turn, reply) =>
        machine.Heartbeat(
            turn, new HeartbeatCommand(GroupId, member.Named, generation ?? member.Generation), reply));

    public IEnumerable<ErrorCode> Leave(params MemberName[] members) =>
        Ask<LeaveResult>((machine, turn, reply) => machine.Leave(turn, new LeaveCommand(GroupId, members), reply))
            .Members.Select(left => left.Error);

    public ErrorCode Commit(MemberName member, int generation) => Ask<IReadOnlyList<ErrorCode>>(
        (machine, turn, reply) => machine.Commit(
            turn,
            new CommitCommand(
                GroupId, member, generation, true, -1, [new OffsetToCommit(new TopicPartition("t", 0), 5, -1, null)]),
            reply))[0];

    public ClassicGroupDescription Describe() =>
        Ask<ClassicGroupDescription>((machine, turn, reply) => machine.Describe(turn, GroupId, reply));

    public T Ask<T>(Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask) => _coordinator.Ask("ask", ask).Result;

    public ClassicScenario Later(long ms)
    {
        _coordinator.AdvanceTo(_coordinator.NowMs + ms);
        return this;
    }

    /// <summary>Time passes in which these stay alive.</summary>
    public ClassicScenario LaterWithHeartbeats(long ms, params Member[] members)
    {
        for (var endMs = _coordinator.NowMs + ms; _coordinator.NowMs < endMs;)
        {
            Later(Math.Min(SessionMs / 3, endMs - _coordinator.NowMs));
            foreach (var member in members)
            {
                Heartbeat(member);
            }
        }

        return this;
    }

    public ClassicScenario Restart()
    {
        _coordinator.Restart();
        return this;
    }

    /// <summary>A member and what it knows of itself.</summary>
    internal sealed class Member(string name)
    {
        public string Name => name;

        public string Id { get; set; } = "";

        public string? InstanceId { get; init; }

        public int Generation { get; set; } = -1;

        public IReadOnlyList<MemberProtocol> Protocols { get; set; } = [];

        /// <summary>It speaks versions below 4.</summary>
        public bool IsOld { get; init; }

        public Asked<JoinResult> Joining { get; set; } = null!;

        public Asked<SyncResult> Syncing { get; set; } = null!;

        public MemberName Named => new(Id, InstanceId);

        public string Assignment => Encoding.UTF8.GetString(Syncing.Result.Assignment.Span);

        public void Learn(JoinResult result)
        {
            if (result.Error == ErrorCode.None)
            {
                Id = result.MemberId;
                Generation = result.Generation;
            }
        }
    }
}
