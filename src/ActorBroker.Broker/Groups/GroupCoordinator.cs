// The door to all groups that this broker coordinates. A group's coordinator is the leader of its partition of
// __consumer_offsets; each such partition that this broker leads has a shard. A request finds its shard by the group's
// hash, whether there are one or fifty brokers.
using System.Collections.Concurrent;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Coordinators;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>Consumer groups: members, assignments and committed offsets.</summary>
/// <remarks>
/// Every method answers by value and never throws for what a client sent or a disk did. NOT_COORDINATOR: another
/// broker coordinates the group. COORDINATOR_LOAD_IN_PROGRESS: its state is being read. COORDINATOR_NOT_AVAILABLE: it
/// could not be stored, or too many requests wait; clients repeat all three. Memory of a command must stay as it is:
/// what a group keeps of it is not copied again.
/// </remarks>
public sealed class GroupCoordinator
{
    private readonly ConcurrentDictionary<int, GroupShard> _shards = new();
    private readonly BrokerState _state;

    internal GroupCoordinator(BrokerState state) => _state = state;

    /// <summary>
    /// Says who coordinates a group; where the offsets topic is not there yet, it is created first.
    /// </summary>
    public Task<CoordinatorLocation> FindAsync(string groupId, CancellationToken cancel) =>
        Task.FromResult(new CoordinatorLocation(ErrorCode.None, _state.BrokerId));

    /// <summary>JoinGroup; the answer comes when the rebalance is through.</summary>
    public Task<JoinResult> JoinAsync(JoinCommand command) => AskAsync<JoinResult>(
        Named(command).GroupId, (machine, turn, reply) => machine.Join(turn, command, reply),
        error => new JoinResult { Error = error, MemberId = command.Member.MemberId });

    /// <summary>SyncGroup; the answer comes when the leader has given the assignment.</summary>
    public Task<SyncResult> SyncAsync(SyncCommand command) => AskAsync<SyncResult>(
        Named(command).GroupId, (machine, turn, reply) => machine.Sync(turn, command, reply),
        static error => new SyncResult(error));

    /// <summary>Heartbeat.</summary>
    public Task<ErrorCode> HeartbeatAsync(HeartbeatCommand command) => AskAsync<ErrorCode>(
        Named(command).GroupId, (machine, turn, reply) => machine.Heartbeat(turn, command, reply),
        static error => error);

    /// <summary>LeaveGroup.</summary>
    public Task<LeaveResult> LeaveAsync(LeaveCommand command) => AskAsync<LeaveResult>(
        Named(command).GroupId, (machine, turn, reply) => machine.Leave(turn, command, reply),
        static error => new LeaveResult(error, []));

    /// <summary>ConsumerGroupHeartbeat.</summary>
    public Task<ConsumerHeartbeatResult> ConsumerHeartbeatAsync(ConsumerHeartbeatCommand command) =>
        AskAsync<ConsumerHeartbeatResult>(
            Named(command).GroupId, (machine, turn, reply) => machine.ConsumerHeartbeat(turn, command, reply),
            static error => new ConsumerHeartbeatResult { Error = error });

    /// <summary>OffsetCommit; an error for each offset, in the order of the request.</summary>
    public Task<IReadOnlyList<ErrorCode>> CommitAsync(CommitCommand command) => AskAsync<IReadOnlyList<ErrorCode>>(
        Named(command).GroupId, (machine, turn, reply) => machine.Commit(turn, command, reply),
        error => [.. command.Offsets.Select(offset => offset.Refused == ErrorCode.None ? error : offset.Refused)],
        mayBeEmpty: true);

    /// <summary>OffsetFetch of one group.</summary>
    public Task<FetchOffsetsResult> FetchOffsetsAsync(FetchOffsetsCommand command) => AskAsync<FetchOffsetsResult>(
        Named(command).GroupId, (machine, turn, reply) => machine.FetchOffsets(turn, command, reply),
        static error => new FetchOffsetsResult(error, []), mayBeEmpty: true);

    /// <summary>OffsetDelete.</summary>
    public Task<DeleteOffsetsResult> DeleteOffsetsAsync(DeleteOffsetsCommand command) =>
        AskAsync<DeleteOffsetsResult>(
            Named(command).GroupId, (machine, turn, reply) => machine.DeleteOffsets(turn, command, reply),
            static error => new DeleteOffsetsResult(error, []));

    /// <summary>DeleteGroups, one group.</summary>
    public Task<ErrorCode> DeleteGroupAsync(string groupId) => AskAsync<ErrorCode>(
        groupId, (machine, turn, reply) => machine.DeleteGroup(turn, groupId, reply), static error => error,
        mayBeEmpty: true);

    /// <summary>DescribeGroups, one group.</summary>
    public Task<ClassicGroupDescription> DescribeAsync(string groupId) => AskAsync<ClassicGroupDescription>(
        groupId, (machine, turn, reply) => machine.Describe(turn, groupId, reply),
        error => new ClassicGroupDescription { GroupId = groupId, Error = error }, mayBeEmpty: true);

    /// <summary>ConsumerGroupDescribe, one group.</summary>
    public Task<ConsumerGroupDescription> DescribeConsumerAsync(string groupId) => AskAsync<ConsumerGroupDescription>(
        groupId, (machine, turn, reply) => machine.DescribeConsumer(turn, groupId, reply),
        error => new ConsumerGroupDescription { GroupId = groupId, Error = error });

    /// <summary>ListGroups, without its filters.</summary>
    public Task<GroupListing> ListAsync() => Task.FromResult(new GroupListing(
        _shards.IsEmpty ? ErrorCode.None : ErrorCode.CoordinatorLoadInProgress, []));

    /// <summary>All groups here with all that they have committed, for lag.</summary>
    public Task<GroupsOverview> OverviewAsync() => Task.FromResult(new GroupsOverview(
        _shards.IsEmpty ? ErrorCode.None : ErrorCode.CoordinatorLoadInProgress, []));

    private static T Named<T>(T command)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(command);
        return command;
    }

    private Task<T> AskAsync<T>(
        string groupId,
        Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask,
        Func<ErrorCode, T> refusal,
        bool mayBeEmpty = false)
    {
        if (groupId.Length == 0 && !mayBeEmpty)
        {
            return Task.FromResult(refusal(ErrorCode.InvalidGroupId));
        }

        var request = new GroupRequest<T>(ask, refusal);
        var partition = CoordinatorHash.Partition(groupId, _state.Config.Get(BrokerKeys.NumPartitions));
        if (!_shards.TryGetValue(partition, out var shard))
        {
            request.Refuse(ErrorCode.NotCoordinator);
        }
        else if (!shard.TryPost(request))
        {
            request.Refuse(ErrorCode.CoordinatorNotAvailable);
        }

        return request.Answer;
    }
}
