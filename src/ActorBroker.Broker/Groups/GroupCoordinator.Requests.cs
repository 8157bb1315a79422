using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

// One method per request. What makes a short turn runs on the caller's thread where the shard is idle.
public sealed partial class GroupCoordinator
{
    private const int ProtocolsMax = 100;
    private const int MetadataBytesMax = 1 << 20;

    /// <summary>No member offers so many protocols, or says so much: such a join is refused.</summary>
    public static bool IsAbsurd(int protocols, long metadataBytes) =>
        protocols > ProtocolsMax || metadataBytes > MetadataBytesMax;

    /// <summary>JoinGroup; the answer comes when the rebalance is through.</summary>
    public Task<JoinResult> JoinAsync(JoinCommand command)
    {
        var protocols = Given(command).Protocols;
        return IsAbsurd(protocols.Count, protocols.Sum(static each => (long)each.Metadata.Length))
            ? Task.FromResult(Refused(ErrorCode.InvalidRequest))
            : AskAsync<JoinResult>(
                command.GroupId, (machine, turn, reply) => machine.Join(turn, command, reply), Refused);

        JoinResult Refused(ErrorCode error) => new() { Error = error, MemberId = command.Member.MemberId };
    }

    /// <summary>SyncGroup; the answer comes when the leader has given the assignment.</summary>
    public Task<SyncResult> SyncAsync(SyncCommand command) => AskAsync<SyncResult>(
        Given(command).GroupId, (machine, turn, reply) => machine.Sync(turn, command, reply),
        static error => new SyncResult(error));

    /// <summary>Heartbeat.</summary>
    public Task<ErrorCode> HeartbeatAsync(HeartbeatCommand command) => AskAsync<ErrorCode>(
        Given(command).GroupId, (machine, turn, reply) => machine.Heartbeat(turn, command, reply),
        static error => error, isShort: true);

    /// <summary>LeaveGroup.</summary>
    public Task<LeaveResult> LeaveAsync(LeaveCommand command) => AskAsync<LeaveResult>(
        Given(command).GroupId, (machine, turn, reply) => machine.Leave(turn, command, reply),
        static error => new LeaveResult(error, []));

    /// <summary>ConsumerGroupHeartbeat.</summary>
    public Task<ConsumerHeartbeatResult> ConsumerHeartbeatAsync(ConsumerHeartbeatCommand command) =>
        AskAsync<ConsumerHeartbeatResult>(
            Given(command).GroupId, (machine, turn, reply) => machine.ConsumerHeartbeat(turn, command, reply),
            static error => new ConsumerHeartbeatResult { Error = error });

    /// <summary>OffsetCommit; an error for each offset, in the order of the request.</summary>
    public async Task<IReadOnlyList<ErrorCode>> CommitAsync(CommitCommand command)
    {
        var errors = await AskAsync<IReadOnlyList<ErrorCode>>(
            Given(command).GroupId, (machine, turn, reply) => machine.Commit(turn, command, reply),
            error => [.. command.Offsets.Select(offset => offset.Refused == ErrorCode.None ? error : offset.Refused)],
            mayBeEmpty: true, isShort: true).ConfigureAwait(false);
        Meters.Committed(errors.Count(static error => error == ErrorCode.None));
        return errors;
    }

    /// <summary>OffsetFetch of one group.</summary>
    public Task<FetchOffsetsResult> FetchOffsetsAsync(FetchOffsetsCommand command) => AskAsync<FetchOffsetsResult>(
        Given(command).GroupId, (machine, turn, reply) => machine.FetchOffsets(turn, command, reply),
        static error => new FetchOffsetsResult(error, []), mayBeEmpty: true, isShort: true);

    /// <summary>OffsetDelete.</summary>
    public Task<DeleteOffsetsResult> DeleteOffsetsAsync(DeleteOffsetsCommand command) =>
        AskAsync<DeleteOffsetsResult>(
            Given(command).GroupId, (machine, turn, reply) => machine.DeleteOffsets(turn, command, reply),
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

    private static T Given<T>(T command)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(command);
        return command;
    }
}
