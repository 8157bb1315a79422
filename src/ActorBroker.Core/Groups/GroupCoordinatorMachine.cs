// The coordinator of one partition of __consumer_offsets: all the groups that hash to it. A request decides and adds
// records to the turn, which are applied at once; the shell appends them and releases the turn's replies when they are
// committed. Should the append fail, the shell drops the whole machine and replays the log.
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>The groups of one coordinator partition. Sans-I/O: one owner, no clock, no threads.</summary>
public sealed partial class GroupCoordinatorMachine
{
    private readonly Dictionary<string, Group> _groups = [];
    private readonly GroupContext _context;

    /// <summary>Makes a coordinator that knows no groups yet.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="newId">Makes unique ids for members.</param>
    public GroupCoordinatorMachine(GroupSettings settings, Func<string> newId) =>
        _context = new GroupContext(settings, newId);

    /// <summary>When <see cref="OnTimer"/> is to be called at the latest, monotonic milliseconds.</summary>
    public long NextDeadlineMs => throw new NotImplementedException();

    /// <summary>Takes a stored record: by replay from the log, or right after it was decided.</summary>
    public void Apply(in GroupRecord record) => throw new NotImplementedException();

    /// <summary>The log is replayed and this coordinator is in charge.</summary>
    public void Begin(GroupTurn turn, IGroupTopics topics) => throw new NotImplementedException();

    /// <summary>Topics came, grew or went.</summary>
    public void ChangeTopics(GroupTurn turn, IGroupTopics topics) => throw new NotImplementedException();

    /// <summary>Deadlines may be due: sessions, rebalances, delays.</summary>
    public void OnTimer(GroupTurn turn) => throw new NotImplementedException();

    /// <summary>Answers everything that is parked; nothing may be asked of the machine afterwards.</summary>
    public void End(GroupTurn turn, ErrorCode error) => throw new NotImplementedException();

    /// <summary>JoinGroup.</summary>
    public void Join(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply) =>
        throw new NotImplementedException();

    /// <summary>SyncGroup.</summary>
    public void Sync(GroupTurn turn, SyncCommand command, Reply<SyncResult> reply) =>
        throw new NotImplementedException();

    /// <summary>Heartbeat.</summary>
    public void Heartbeat(GroupTurn turn, HeartbeatCommand command, Reply<ErrorCode> reply) =>
        throw new NotImplementedException();

    /// <summary>LeaveGroup.</summary>
    public void Leave(GroupTurn turn, LeaveCommand command, Reply<LeaveResult> reply) =>
        throw new NotImplementedException();

    /// <summary>ConsumerGroupHeartbeat.</summary>
    public void ConsumerHeartbeat(
        GroupTurn turn, ConsumerHeartbeatCommand command, Reply<ConsumerHeartbeatResult> reply) =>
        throw new NotImplementedException();

    /// <summary>OffsetCommit.</summary>
    public void Commit(GroupTurn turn, CommitCommand command, Reply<IReadOnlyList<ErrorCode>> reply) =>
        throw new NotImplementedException();

    /// <summary>OffsetFetch of one group.</summary>
    public void FetchOffsets(GroupTurn turn, FetchOffsetsCommand command, Reply<FetchOffsetsResult> reply) =>
        throw new NotImplementedException();

    /// <summary>OffsetDelete.</summary>
    public void DeleteOffsets(GroupTurn turn, DeleteOffsetsCommand command, Reply<DeleteOffsetsResult> reply) =>
        throw new NotImplementedException();

    /// <summary>DeleteGroups, one group.</summary>
    public void DeleteGroup(GroupTurn turn, string groupId, Reply<ErrorCode> reply) =>
        throw new NotImplementedException();

    /// <summary>Lets go what <c>offsets.retention.minutes</c> says.</summary>
    public void ExpireOffsets(GroupTurn turn) => throw new NotImplementedException();

    /// <summary>Topics are gone for good: so are their offsets.</summary>
    public void DeleteTopicOffsets(GroupTurn turn, IReadOnlySet<string> topics) => throw new NotImplementedException();

    /// <summary>ListGroups, without its filters.</summary>
    public void List(GroupTurn turn, Reply<IReadOnlyList<ListedGroup>> reply) => throw new NotImplementedException();

    /// <summary>DescribeGroups, one group.</summary>
    public void Describe(GroupTurn turn, string groupId, Reply<ClassicGroupDescription> reply) =>
        throw new NotImplementedException();

    /// <summary>ConsumerGroupDescribe, one group.</summary>
    public void DescribeConsumer(GroupTurn turn, string groupId, Reply<ConsumerGroupDescription> reply) =>
        throw new NotImplementedException();
}
