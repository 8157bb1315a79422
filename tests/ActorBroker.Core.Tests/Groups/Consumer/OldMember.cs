// A member of the classic protocol that counts what it owns: an eager one gives everything up before it joins, a
// cooperative one keeps what it has, gives up what a sync takes away, and then joins again. It leads when told to.
using ActorBroker.Assignors;
using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Tests.Groups.Simulation;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>A simulated member of the classic protocol.</summary>
internal sealed class OldMember(GroupWorld world, string name, Func<IGroupTopics> topics) : SimulatedMember(world, name)
{
    private const int SessionTimeoutMs = 6_000;
    private const int RebalanceTimeoutMs = 8_000;

    private int _generation = -1;

    // How many partitions it dealt out as the leader, which looks whether they are still all; -1: it does not lead.
    private int _dealt = -1;

    public IPartitionAssignor Assignor { get; init; } = PartitionAssignors.CooperativeSticky;

    public int Generation => _generation;

    public bool IsStable { get; private set; }

    private MemberName Identity => new(MemberId, null);

    public override void Leave()
    {
        var leave = new LeaveCommand("g", [Identity]);
        Stop();
        Wire.Send<LeaveResult>(
            "leaves",
            (machine, turn, reply) => machine.Leave(turn, leave, reply),
            static _ => { },
            static () => { });
    }

    protected override void Begin()
    {
        (MemberId, _generation) = ("", -1);
        Join();
    }

    private void Join()
    {
        Forget();
        IsStable = false;
        if (!Assignor.IsCooperative)
        {
            Own([]);
        }

        var owned = Owned.Select(each => new TopicPartition(topics().Find(each.Topic)!.Name, each.Partition)).ToList();
        var metadata = MemberSubscription.For(Assignor, ["t"], owned, _generation, null).Write();
        var command = new JoinCommand(
            "g", Identity, new GroupClient(Name, "/h"), "consumer", [new MemberProtocol(Assignor.Name, metadata)],
            SessionTimeoutMs, RebalanceTimeoutMs, RequiresMemberId: true, SupportsSkipAssignment: true, null);
        Wire.Send<JoinResult>(
            $"joins as '{MemberId}' owning {string.Join(' ', owned)}",
            (machine, turn, reply) => machine.Join(turn, command, reply),
            Guard<JoinResult>(OnJoined),
            Guard(() => Later(100, Join)),
            RebalanceTimeoutMs + 5_000);
    }

    private void OnJoined(JoinResult result)
    {
        World.Say($"{Name}: {result.Error}, '{result.MemberId}' in {result.Generation}, leader '{result.Leader}'");
        if (result.Error == ErrorCode.MemberIdRequired)
        {
            MemberId = result.MemberId;
            Join();
        }
        else if (result.Error != ErrorCode.None)
        {
            OnError(result.Error, result.MemberId);
        }
        else
        {
            (MemberId, _generation, _dealt) = (result.MemberId, result.Generation, -1);
            Sync(result.Leader == MemberId && !result.SkipAssignment ? Assign(result.Members) : []);
        }
    }

    private List<KeyValuePair<string, ReadOnlyMemory<byte>>> Assign(IReadOnlyList<JoinedMember> members)
    {
        var read = ClassicLeader.Read(
            Assignor, members.Select(static each => new ClassicMember(each.MemberId, each.InstanceId, each.Metadata)));
        var topic = topics().Find("t");
        _dealt = topic?.PartitionCount ?? 0;
        var assigned = ClassicLeader.Assign(
            Assignor, read, topic is null ? [] : [new AssignedTopic("t", topic.PartitionCount)]);
        return
        [
            .. assigned.Select(static each => KeyValuePair.Create(
                each.Key, new ReadOnlyMemory<byte>(MemberAssignment.Write([.. each.Value])))),
        ];
    }

    private void Sync(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> assignments)
    {
        var command = new SyncCommand("g", Identity, _generation, "consumer", Assignor.Name, assignments);
        Wire.Send<SyncResult>(
            $"syncs in {_generation}",
            (machine, turn, reply) => machine.Sync(turn, command, reply),
            Guard<SyncResult>(OnSynced),
            Guard(() => Later(100, Join)),
            RebalanceTimeoutMs + 5_000);
    }

    private void OnSynced(SyncResult result)
    {
        if (result.Error != ErrorCode.None)
        {
            OnError(result.Error, MemberId);
            return;
        }

        World.Trace.Require(MemberAssignment.TryRead(result.Assignment, out var partitions), $"{Name} can't read");
        World.Say($"{Name} in {_generation} owns {string.Join(' ', partitions)}");
        var assigned = partitions.Select(each => (topics().Find(each.Topic)!.Id, each.Partition)).ToHashSet();
        var gaveUp = !Owned.IsSubsetOf(assigned);
        Own(assigned);
        if (gaveUp)
        {
            Join();
            return;
        }

        IsStable = true;
        Later(SessionTimeoutMs / 4, Heartbeat);
    }

    private void Heartbeat()
    {
        var command = new HeartbeatCommand("g", Identity, _generation);
        Wire.Send<ErrorCode>(
            $"is alive in {_generation}",
            (machine, turn, reply) => machine.Heartbeat(turn, command, reply),
            Guard<ErrorCode>(error =>
            {
                if (error == ErrorCode.None && _dealt >= 0 && _dealt != topics().Find("t")?.PartitionCount)
                {
                    Join();
                }
                else if (error == ErrorCode.None)
                {
                    Later(SessionTimeoutMs / 4, Heartbeat);
                }
                else
                {
                    OnError(error, MemberId);
                }
            }),
            Guard(Heartbeat));
    }

    private void OnError(ErrorCode error, string memberId)
    {
        World.Say($"{Name}: {error}");
        IsStable = false;
        switch (error)
        {
            case ErrorCode.RebalanceInProgress:
                MemberId = memberId;
                Later(10, Join);
                break;
            case ErrorCode.IllegalGeneration:
                (_generation, LateErrors) = (-1, LateErrors + (World.HasFaults ? 0 : 1));
                Own([]);
                Later(10, Join);
                break;
            case ErrorCode.UnknownMemberId:
                (MemberId, _generation, LateErrors) = ("", -1, LateErrors + (World.HasFaults ? 0 : 1));
                Own([]);
                Later(10, Join);
                break;
            case ErrorCode.InconsistentGroupProtocol:
                Later(1_000, Join);
                break;
            default:
                World.Trace.Require(false, $"{Name} got {error}");
                break;
        }
    }
}
