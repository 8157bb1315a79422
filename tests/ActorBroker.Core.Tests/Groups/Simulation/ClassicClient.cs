// A member of the classic protocol as clients write it: joins, assigns where it leads, syncs, sends heartbeats, and
// begins again where an answer says so. It may crash, stop for a while like a paused process, and come back.
using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>A simulated client.</summary>
internal sealed class ClassicClient(GroupWorld world, ClassicLedger ledger, string name)
{
    private const int BackoffMs = 100;

    // Everything that was begun before a crash is void.
    private int _incarnation;
    private long _pausedUntilMs;
    private string _memberId = "";
    private bool _isJoining;

    // Each sync begins a round of heartbeats, and ends the one before.
    private int _round;

    public string GroupId { get; init; } = "g";

    public string? InstanceId { get; init; }

    public int SessionTimeoutMs { get; init; } = 10_000;

    public int RebalanceTimeoutMs { get; init; } = 15_000;

    /// <summary>JoinGroup v4+ and v9+.</summary>
    public bool IsModern { get; init; } = true;

    public IReadOnlyList<string> Protocols { get; init; } = ["range"];

    public IReadOnlyList<TopicPartition> Partitions { get; init; } = [];

    /// <summary>A planted fault: as a leader it gives the first partition to everybody.</summary>
    public bool IsGenerous { get; init; }

    public bool IsRunning { get; private set; }

    public bool IsStable { get; private set; }

    public int Generation { get; private set; } = -1;

    public string MemberId => _memberId;

    public IReadOnlyList<TopicPartition> Owned { get; private set; } = [];

    /// <summary>Who it is to the group: a static member stays the same one.</summary>
    private string Identity => InstanceId ?? _memberId;

    public void Start()
    {
        world.Say($"{name} starts");
        IsRunning = true;
        Begin("");
    }

    public void Crash()
    {
        world.Say($"{name} crashes");
        IsRunning = false;
        IsStable = false;
        Owned = [];
        _incarnation++;
    }

    public void Leave()
    {
        var leave = new LeaveCommand(GroupId, [new MemberName(_memberId, InstanceId)]);
        Crash();
        world.Send<LeaveResult>(
            $"{name} leaves", 5_000, (machine, turn, reply) => machine.Leave(turn, leave, reply), _ => { }, () => { });
    }

    public void Pause(int ms)
    {
        world.Say($"{name} pauses for {ms} ms");
        _pausedUntilMs = world.NowMs + ms;
    }

    /// <summary>Asks for a rebalance, as a leader does whose topics changed.</summary>
    public void JoinAgain()
    {
        if (IsRunning && !_isJoining)
        {
            Join();
        }
    }

    private void Begin(string memberId)
    {
        _incarnation++;
        _memberId = memberId;
        _isJoining = false;
        Join();
    }

    private void Join()
    {
        _isJoining = true;
        IsStable = false;
        var command = new JoinCommand(
            GroupId, new MemberName(_memberId, InstanceId), new GroupClient(name, "/10.0.0.1"), "consumer",
            [.. Protocols.Select(protocol => new MemberProtocol(protocol, Metadata()))],
            SessionTimeoutMs, RebalanceTimeoutMs, IsModern, IsModern, null);
        world.Send<JoinResult>(
            $"{name} joins as '{_memberId}'",
            RebalanceTimeoutMs + 5_000,
            (machine, turn, reply) => machine.Join(turn, command, reply),
            Guard<JoinResult>(OnJoined),
            Guard(() => Later(Join)),
            result => ledger.Joined(world.Coordinator.Life, result));
    }

    private byte[] Metadata() => new MemberSubscription
    {
        Version = 1,
        Topics = [.. Partitions.Select(partition => partition.Topic).Distinct()],
    }.Write();

    private void OnJoined(JoinResult result)
    {
        world.Say($"{name}: {result.Error}, generation {result.Generation}, leader {result.Leader}");
        switch (result.Error)
        {
            case ErrorCode.None:
                _memberId = result.MemberId;
                Generation = result.Generation;
                Sync(result.Leader == _memberId && !result.SkipAssignment ? Assign(result.Members) : []);
                break;
            case ErrorCode.MemberIdRequired:
                _memberId = result.MemberId;
                Join();
                break;
            default:
                OnError(result.Error);
                break;
        }
    }

    /// <summary>Deals the partitions out in turn, in the order of identities.</summary>
    private List<KeyValuePair<string, ReadOnlyMemory<byte>>> Assign(IReadOnlyList<JoinedMember> members)
    {
        var inOrder = members.OrderBy(each => each.InstanceId ?? each.MemberId, StringComparer.Ordinal).ToList();
        return
        [
            .. inOrder.Select((member, place) => KeyValuePair.Create(
                member.MemberId,
                new ReadOnlyMemory<byte>(MemberAssignment.Write(
                    [.. Partitions.Where((_, i) => i % inOrder.Count == place || (IsGenerous && i == 0))])))),
        ];
    }

    private void Sync(List<KeyValuePair<string, ReadOnlyMemory<byte>>> assignments)
    {
        var generation = Generation;
        var command = new SyncCommand(
            GroupId, new MemberName(_memberId, InstanceId), generation, "consumer", null, assignments);
        world.Send<SyncResult>(
            $"{name} syncs in {generation}{(assignments.Count > 0 ? " as leader" : "")}",
            RebalanceTimeoutMs + 5_000,
            (machine, turn, reply) => machine.Sync(turn, command, reply),
            Guard<SyncResult>(result => OnSynced(generation, result)),
            Guard(() => Later(Join)));
    }

    private void OnSynced(int generation, SyncResult result)
    {
        world.Say($"{name}: {result.Error} in {generation}");
        if (result.Error != ErrorCode.None)
        {
            OnError(result.Error);
            return;
        }

        world.Trace.Require(MemberAssignment.TryRead(result.Assignment, out var owned), $"{name} cannot read its part");
        ledger.Own(generation, Identity, owned);
        Owned = owned;
        IsStable = true;
        _isJoining = false;
        var round = ++_round;
        Later(() => Heartbeat(round), SessionTimeoutMs / 3);
    }

    private void Heartbeat(int round)
    {
        if (_isJoining || round != _round)
        {
            return;
        }

        var command = new HeartbeatCommand(GroupId, new MemberName(_memberId, InstanceId), Generation);
        world.Send<ErrorCode>(
            $"{name} is alive in {Generation}",
            5_000,
            (machine, turn, reply) => machine.Heartbeat(turn, command, reply),
            Guard<ErrorCode>(error => OnHeartbeat(round, error)),
            Guard(() => Later(() => Heartbeat(round))));
    }

    private void OnHeartbeat(int round, ErrorCode error)
    {
        if (_isJoining || round != _round)
        {
            return;
        }

        if (error == ErrorCode.None)
        {
            Later(() => Heartbeat(round), SessionTimeoutMs / 3);
        }
        else
        {
            world.Say($"{name}: {error}");
            OnError(error);
        }
    }

    private void OnError(ErrorCode error)
    {
        IsStable = false;
        switch (error)
        {
            case ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration or ErrorCode.CoordinatorNotAvailable:
                _isJoining = true;
                Later(Join);
                break;
            case ErrorCode.UnknownMemberId:
                Owned = [];
                Begin("");
                break;
            case ErrorCode.FencedInstanceId:
                // Somebody else has the instance id, or its own request came twice: the process ends, and is restarted.
                Crash();
                IsRunning = true;
                Later(() => Begin(""), 1_000);
                break;
            default:
                world.Trace.Require(false, $"{name} got {error}");
                break;
        }
    }

    private void Later(Action action, int delayMs = BackoffMs) => world.After(delayMs, Guard(action));

    private Action Guard(Action action)
    {
        var guarded = Guard<bool>(_ => action());
        return () => guarded(true);
    }

    /// <summary>Runs when the process does, unless it has crashed or begun anew in between.</summary>
    private Action<T> Guard<T>(Action<T> action)
    {
        var incarnation = _incarnation;
        return Run;

        void Run(T result)
        {
            if (incarnation != _incarnation)
            {
                return;
            }

            if (_pausedUntilMs > world.NowMs)
            {
                world.After(_pausedUntilMs - world.NowMs, () => Run(result));
                return;
            }

            action(result);
        }
    }
}
