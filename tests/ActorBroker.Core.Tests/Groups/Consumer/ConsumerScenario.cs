using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>
/// A coordinator with a clock and a log, for one group: each request is a turn, and each turn's records are kept.
/// </summary>
internal sealed class ConsumerScenario
{
    public const string GroupId = "g";

    private readonly GroupSettings _settings;
    private readonly List<GroupRecord> _log = [];
    private ScenarioTopics _topics;
    private int _ids;

    public ConsumerScenario(GroupSettings? settings = null, params (string Name, int Partitions)[] topics)
    {
        _settings = settings ?? new GroupSettings();
        _topics = new ScenarioTopics(topics);
        Machine = Replay();
        Turn(turn => Machine.Begin(turn, _topics));
    }

    public GroupCoordinatorMachine Machine { get; private set; }

    public long NowMs { get; private set; }

    public IReadOnlyList<GroupRecord> Log => _log;

    /// <summary>The records of the last turn.</summary>
    public IReadOnlyList<GroupRecord> LastRecords { get; private set; } = [];

    public ConsumerGroupDescription Group => Ask<ConsumerGroupDescription>(
        (turn, reply) => Machine.DescribeConsumer(turn, GroupId, reply));

    public static IReadOnlyList<TopicPartitions> None => [];

    public static IReadOnlyList<TopicPartitions> Of(string topic, params int[] partitions) =>
        [new TopicPartitions(ScenarioTopics.IdOf(topic), partitions)];

    public static ConsumerHeartbeatCommand Joining(string memberId, params string[] topics) => new(
        GroupId,
        memberId,
        0,
        new GroupClient("client", "/127.0.0.1"),
        RebalanceTimeoutMs: 30_000,
        TopicNames: topics,
        Owned: []);

    public static ConsumerHeartbeatCommand Beating(
        string memberId, int epoch, IReadOnlyList<TopicPartitions>? owned = null, string? instanceId = null) => new(
        GroupId,
        memberId,
        epoch,
        new GroupClient("client", "/127.0.0.1"),
        InstanceId: instanceId,
        Owned: owned);

    public ConsumerHeartbeatResult Join(string memberId, params string[] topics) => Beat(Joining(memberId, topics));

    public ConsumerHeartbeatResult Beat(
        string memberId, int epoch, IReadOnlyList<TopicPartitions>? owned = null, string? instanceId = null) =>
        Beat(Beating(memberId, epoch, owned, instanceId));

    public ConsumerHeartbeatResult Beat(ConsumerHeartbeatCommand command) => Ask<ConsumerHeartbeatResult>(
        (turn, reply) => Machine.ConsumerHeartbeat(turn, command, reply));

    /// <summary>All of them in one turn.</summary>
    public IReadOnlyList<ConsumerHeartbeatResult> BeatTogether(params ConsumerHeartbeatCommand[] commands)
    {
        var replies = commands.Select(static _ => new Reply<ConsumerHeartbeatResult>()).ToList();
        Turn(turn =>
        {
            foreach (var (command, reply) in commands.Zip(replies))
            {
                Machine.ConsumerHeartbeat(turn, command, reply);
            }
        });
        return [.. replies.Select(static reply => reply.Result)];
    }

    public Reply<JoinResult> JoinClassic(
        string memberId, string protocol, IReadOnlyList<TopicPartition>? owned = null, string? instanceId = null)
    {
        var metadata = new MemberSubscription { Topics = ["t"], Owned = owned ?? [], Generation = 1 }.Write();
        var command = new JoinCommand(
            GroupId,
            new MemberName(memberId, instanceId),
            new GroupClient("classic", "/127.0.0.1"),
            "consumer",
            [new MemberProtocol(protocol, metadata)],
            10_000,
            30_000,
            RequiresMemberId: false,
            SupportsSkipAssignment: true,
            null);
        return Turn<JoinResult>((turn, reply) => Machine.Join(turn, command, reply));
    }

    public Reply<SyncResult> SyncClassic(
        string memberId, int generation, params (string MemberId, TopicPartition[] Partitions)[] assignments) =>
        Turn<SyncResult>((turn, reply) => Machine.Sync(
            turn,
            new SyncCommand(
                GroupId,
                new MemberName(memberId, null),
                generation,
                "consumer",
                null,
                [
                    .. assignments.Select(static each => KeyValuePair.Create(
                        each.MemberId, new ReadOnlyMemory<byte>(MemberAssignment.Write(each.Partitions)))),
                ]),
            reply));

    public ErrorCode BeatClassic(string memberId, int generation, string? instanceId = null) => Ask<ErrorCode>(
        (turn, reply) => Machine.Heartbeat(
            turn, new HeartbeatCommand(GroupId, new MemberName(memberId, instanceId), generation), reply));

    public LeaveResult LeaveClassic(params MemberName[] members) => Ask<LeaveResult>(
        (turn, reply) => Machine.Leave(turn, new LeaveCommand(GroupId, members), reply));

    public ClassicGroupDescription ClassicGroup => Ask<ClassicGroupDescription>(
        (turn, reply) => Machine.Describe(turn, GroupId, reply));

    public T Ask<T>(Action<GroupTurn, Reply<T>> ask) => Turn(ask).Result;

    public Reply<T> Turn<T>(Action<GroupTurn, Reply<T>> ask)
    {
        var reply = new Reply<T>();
        Turn(turn => ask(turn, reply));
        return reply;
    }

    public void Pass(long ms)
    {
        var endMs = NowMs + ms;
        while (Machine.NextDeadlineMs <= endMs)
        {
            NowMs = Math.Max(NowMs, Machine.NextDeadlineMs);
            Turn(Machine.OnTimer);
        }

        NowMs = endMs;
    }

    public void SetTopics(params (string Name, int Partitions)[] topics) => SetTopics(new ScenarioTopics(topics));

    public void SetTopics(ScenarioTopics topics)
    {
        _topics = topics;
        Turn(turn => Machine.ChangeTopics(turn, _topics));
    }

    /// <summary>The log loses the newest of these records, as it never should.</summary>
    public void LoseLast(Predicate<GroupRecord> which) => _log.RemoveAt(_log.FindLastIndex(which));

    /// <summary>The coordinator dies; another one replays the log.</summary>
    public void Restart()
    {
        Machine = Replay();
        Turn(turn => Machine.Begin(turn, _topics));
    }

    public GroupCoordinatorMachine Replay()
    {
        var machine = new GroupCoordinatorMachine(_settings, () => $"id-{++_ids}");
        foreach (var record in _log)
        {
            machine.Apply(record);
        }

        return machine;
    }

    private void Turn(Action<GroupTurn> work)
    {
        var turn = new GroupTurn(new GroupTime(NowMs, 1_700_000_000_000 + NowMs));
        work(turn);
        Machine.EndTurn(turn);
        LastRecords = turn.Records;
        _log.AddRange(turn.Records);
    }
}
