using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Records;
using BenchmarkDotNet.Attributes;

namespace ActorBroker.Benchmarks.Micro;

/// <summary>
/// What a coordinator's machine takes for a group of a thousand members over a thousand partitions, without log and
/// sockets: a heartbeat, the join of one more (with the target for everybody, and its leave), a classic rebalance.
/// </summary>
[MemoryDiagnoser]
public class GroupBenchmarks
{
    private const int Members = 1_000;

    private static readonly GroupClient Client = new("bench", "/127.0.0.1");

    private readonly OneTopic _topics = new(Members);
    private GroupCoordinatorMachine _modern = null!;
    private ConsumerHeartbeatCommand[] _heartbeats = [];
    private long _nowMs;
    private int _next;
    private int _extra;

    [GlobalSetup]
    public void Fill()
    {
        _modern = NewMachine();
        var joined = Ask<ConsumerHeartbeatResult>(
            _modern,
            Members,
            (index, turn, reply) => _modern.ConsumerHeartbeat(turn, Join($"m{index:d4}"), reply));
        _heartbeats = [.. joined.Select(static each => Beat(each.MemberId!, each.MemberEpoch))];
        if (joined.Any(static each => each.Error != ErrorCode.None || each.Assignment![0].Partitions.Count != 1))
        {
            throw new InvalidOperationException("The group did not come together.");
        }
    }

    [Benchmark]
    public ErrorCode Heartbeat()
    {
        _next = (_next + 1) % Members;
        return Ask<ConsumerHeartbeatResult>((turn, reply) =>
            _modern.ConsumerHeartbeat(turn, _heartbeats[_next], reply)).Error;
    }

    [Benchmark]
    public ErrorCode JoinAndLeave()
    {
        var memberId = $"x{_extra++}";
        var joined = Ask<ConsumerHeartbeatResult>((turn, reply) =>
            _modern.ConsumerHeartbeat(turn, Join(memberId), reply));
        Ask<ConsumerHeartbeatResult>((turn, reply) =>
            _modern.ConsumerHeartbeat(turn, Beat(memberId, -1), reply));
        return joined.Error;
    }

    [Benchmark]
    public int ClassicRebalance()
    {
        var machine = NewMachine();
        var metadata = new MemberSubscription { Topics = ["t"] }.Write();
        var ids = Ask<JoinResult>(
            machine,
            Members,
            (_, turn, reply) => machine.Join(turn, Join("", metadata), reply)).Select(static each => each.MemberId);
        var joins = ids.Select(id => new Reply<JoinResult>()).ToList();
        foreach (var (id, reply) in ids.Zip(joins))
        {
            Turn(machine, turn => machine.Join(turn, Join(id, metadata), reply));
        }

        _nowMs = Math.Max(_nowMs, machine.NextDeadlineMs);
        Turn(machine, machine.OnTimer);
        var leader = joins[0].Result.Leader;
        var syncs = new List<Reply<SyncResult>>(Members);
        foreach (var join in joins.Select(static each => each.Result))
        {
            var reply = new Reply<SyncResult>();
            syncs.Add(reply);
            Turn(machine, turn => machine.Sync(turn, Sync(join, leader), reply));
        }

        return syncs.Count(static each => each.Result.Error == ErrorCode.None);
    }

    private static ConsumerHeartbeatCommand Join(string memberId) =>
        new("g", memberId, 0, Client, RebalanceTimeoutMs: 60_000, TopicNames: ["t"], Owned: []);

    private static ConsumerHeartbeatCommand Beat(string memberId, int epoch) => new("g", memberId, epoch, Client);

    private static JoinCommand Join(string memberId, byte[] metadata) => new(
        "g", new MemberName(memberId, null), Client, "consumer", [new MemberProtocol("range", metadata)],
        SessionTimeoutMs: 45_000, RebalanceTimeoutMs: 60_000, RequiresMemberId: true, SupportsSkipAssignment: true,
        Reason: null);

    private static SyncCommand Sync(JoinResult join, string leader) => new(
        "g", new MemberName(join.MemberId, null), join.Generation, "consumer", "range",
        join.MemberId != leader
            ? []
            : [
                .. join.Members.Select(static (member, index) => KeyValuePair.Create(
                    member.MemberId,
                    new ReadOnlyMemory<byte>(MemberAssignment.Write([new TopicPartition("t", index)])))),
            ]);

    private GroupCoordinatorMachine NewMachine()
    {
        var ids = 0;
        var machine = new GroupCoordinatorMachine(
            new GroupSettings { InitialRebalanceDelayMs = 0 }, () => $"id-{++ids:d6}");
        Turn(machine, turn => machine.Begin(turn, _topics));
        return machine;
    }

    private T Ask<T>(Action<GroupTurn, Reply<T>> ask)
    {
        var reply = new Reply<T>();
        Turn(_modern, turn => ask(turn, reply));
        return reply.Result;
    }

    /// <summary>So many requests in one turn.</summary>
    private List<T> Ask<T>(GroupCoordinatorMachine machine, int count, Action<int, GroupTurn, Reply<T>> ask)
    {
        var replies = Enumerable.Range(0, count).Select(static _ => new Reply<T>()).ToList();
        Turn(machine, turn =>
        {
            for (var index = 0; index < count; index++)
            {
                ask(index, turn, replies[index]);
            }
        });
        return [.. replies.Select(static reply => reply.Result)];
    }

    private void Turn(GroupCoordinatorMachine machine, Action<GroupTurn> work)
    {
        var turn = new GroupTurn(new GroupTime(_nowMs, _nowMs));
        work(turn);
        machine.EndTurn(turn);
    }

    private sealed class OneTopic(int partitions) : IGroupTopics
    {
        private readonly GroupTopic _topic = new(new Guid(1, 2, 3, new byte[8]), "t", partitions, []);

        public IEnumerable<string> Names => [_topic.Name];

        public GroupTopic? Find(string name) => name == _topic.Name ? _topic : null;

        public GroupTopic? Find(Guid id) => id == _topic.Id ? _topic : null;
    }
}
