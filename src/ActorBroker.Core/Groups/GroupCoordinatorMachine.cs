// The coordinator of one partition of __consumer_offsets: all the groups that hash to it. A request decides and adds
// records to the turn, which are applied at once; the shell appends them and releases the turn's replies when they are
// committed. Should the append fail, the shell drops the whole machine and replays the log.
//
// Deadlines: each group tells its next one, and the queue holds at most one entry per group that counts. A heartbeat
// only moves a member's deadline; the entry stays, and when it comes up the group says when it really wants to be
// called. An entry that an earlier one overtook is dropped when it comes up.
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>The groups of one coordinator partition. Sans-I/O: one owner, no clock, no threads.</summary>
public sealed partial class GroupCoordinatorMachine
{
    private readonly Dictionary<string, Group> _groups = [];
    private readonly Deadlines _deadlines = new();
    private readonly List<Group> _due = [];
    private readonly GroupContext _context;

    /// <summary>Makes a coordinator that knows no groups yet.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="newId">Makes unique ids for members.</param>
    public GroupCoordinatorMachine(GroupSettings settings, Func<string> newId) =>
        _context = new GroupContext(settings, newId, record => Apply(record));

    /// <summary>How many groups there are.</summary>
    public int GroupCount => _groups.Count;

    /// <summary>
    /// When <see cref="OnTimer"/> is to be called at the latest, monotonic milliseconds; <see cref="long.MaxValue"/>
    /// when nothing is waited for.
    /// </summary>
    public long NextDeadlineMs => _deadlines.NextMs;

    /// <summary>Takes a stored record: by replay from the log, or right after it was decided.</summary>
    /// <remarks>
    /// Compaction may leave parts of a group's history only, so each record is taken for itself: the tombstone of
    /// something unknown is nothing. A group that lost its last record is forgotten after the call that did it, or
    /// when the replay is over: until then the same entry may get its next life, as in a migration.
    /// </remarks>
    public void Apply(in GroupRecord record)
    {
        var id = record.GroupId;
        if (!_groups.TryGetValue(id, out var group))
        {
            if (record.Value is null)
            {
                return;
            }

            group = new Group(id);
            _groups.Add(id, group);
        }

        switch (record.Key)
        {
            case OffsetCommitKey key:
                ApplyOffset(group, key, (OffsetCommitValue?)record.Value);
                break;
            case GroupMetadataKey:
                ApplyClassic(group, record);
                break;
            default:
                ApplyConsumer(group, record);
                break;
        }
    }

    /// <summary>The log is replayed and this coordinator is in charge.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="topics">All topics that there are: the offsets of any other are deleted.</param>
    /// <param name="before">
    /// The topics that were there when the last coordinator of this partition was in charge, where that is known: one
    /// that was deleted and made again since is another, whose offsets begin anew.
    /// </param>
    public void Begin(GroupTurn turn, IGroupTopics topics, IGroupTopics? before = null)
    {
        _context.Topics = topics;
        foreach (var group in Snapshot())
        {
            group.Members?.Begin(turn);
            Settle(group);
        }

        if (OffsetTopicsGone(before ?? topics, topics) is { Count: > 0 } gone)
        {
            DeleteTopicOffsets(turn, gone);
        }
    }

    /// <summary>
    /// Topics came, grew or went; the offsets of those that went go, too. Groups see it with their next heartbeat.
    /// </summary>
    public void ChangeTopics(GroupTurn turn, IGroupTopics topics)
    {
        var gone = OffsetTopicsGone(_context.Topics, topics);
        _context.Topics = topics;
        if (gone.Count > 0)
        {
            DeleteTopicOffsets(turn, gone);
        }
    }

    /// <summary>Deadlines may be due: sessions, rebalances, delays.</summary>
    public void OnTimer(GroupTurn turn)
    {
        // A turn takes a group once, whatever it wants: the time of a turn stands still, so a group that is due again
        // at once would never let go of it.
        while (_deadlines.TakeDue(turn.Now.MonotonicMs) is Group due)
        {
            _due.Add(due);
        }

        foreach (var group in _due)
        {
            if (group.Members is { } members && members.NextDeadlineMs <= turn.Now.MonotonicMs)
            {
                members.OnTimer(turn);
            }

            Settle(group);
        }

        _due.Clear();
    }

    /// <summary>Answers everything that is parked; nothing may be asked of the machine afterwards.</summary>
    public void End(GroupTurn turn, ErrorCode error)
    {
        foreach (var group in Snapshot())
        {
            group.Members?.FailParked(turn, error);
        }
    }

    /// <summary>JoinGroup.</summary>
    public void Join(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply)
    {
        if (CheckStored(command) is var refused and not ErrorCode.None)
        {
            turn.Answer(reply, new JoinResult { Error = refused, MemberId = command.Member.MemberId });
            return;
        }

        var group = OpenForClassic(turn, command.GroupId);
        group.Members!.Join(turn, command, reply);
        Settle(group);
    }

    /// <summary>SyncGroup.</summary>
    public void Sync(GroupTurn turn, SyncCommand command, Reply<SyncResult> reply)
    {
        if (Find(command.GroupId) is not { Members: { } members } group)
        {
            turn.Answer(reply, new SyncResult(ErrorCode.UnknownMemberId));
            return;
        }

        members.Sync(turn, command, reply);
        Settle(group);
    }

    /// <summary>Heartbeat.</summary>
    public void Heartbeat(GroupTurn turn, HeartbeatCommand command, Reply<ErrorCode> reply)
    {
        if (Find(command.GroupId) is not { Members: { } members } group)
        {
            turn.Answer(reply, ErrorCode.UnknownMemberId);
            return;
        }

        members.Heartbeat(turn, command, reply);
        Settle(group);
    }

    /// <summary>LeaveGroup.</summary>
    public void Leave(GroupTurn turn, LeaveCommand command, Reply<LeaveResult> reply)
    {
        if (Find(command.GroupId) is not { Members: { } members } group)
        {
            var left = command.Members.Select(static member => new LeftMember(member, ErrorCode.UnknownMemberId));
            turn.Answer(reply, new LeaveResult(ErrorCode.None, [.. left]));
            return;
        }

        members.Leave(turn, command, reply);
        Settle(group);
    }

    /// <summary>DeleteGroups, one group.</summary>
    public void DeleteGroup(GroupTurn turn, string groupId, Reply<ErrorCode> reply)
    {
        var group = Find(groupId);
        var error = group is null ? ErrorCode.GroupIdNotFound : group.Members?.CheckDelete() ?? ErrorCode.None;
        if (error == ErrorCode.None)
        {
            DeleteAllOffsets(turn, group!);
            group!.Members?.Delete(turn);
            Settle(group);
        }

        turn.Answer(reply, error);
    }

    /// <summary>ListGroups, without its filters.</summary>
    public void List(GroupTurn turn, Reply<IReadOnlyList<ListedGroup>> reply) =>
        turn.Answer(reply, [.. _groups.Values.Select(Listed)]);

    /// <summary>All groups with all that they have committed.</summary>
    public void Overview(GroupTurn turn, Reply<IReadOnlyList<GroupOverview>> reply) => turn.Answer(
        reply,
        [
            .. _groups.Values.Select(static group => new GroupOverview(
                Listed(group), group.Members?.MemberCount ?? 0, [.. group.Offsets.All])),
        ]);

    private static ErrorCode CheckStored(JoinCommand command) =>
        !StoredText.Fits(command.GroupId) ? ErrorCode.InvalidGroupId
        : StoredText.Fits(command.Member, command.Client) && StoredText.Fits(command.ProtocolType) &&
            command.Protocols.All(static protocol => StoredText.Fits(protocol.Name))
                ? ErrorCode.None
        : ErrorCode.InvalidRequest;

    private static ListedGroup Listed(Group group) => group.Members is { } members
        ? new ListedGroup(group.Id, members.ProtocolType, members.State, members.Type)
        : new ListedGroup(group.Id, "", "Empty", GroupType.Classic);

    private Group? Find(string id) => _groups.GetValueOrDefault(id);

    private Group GetOrAdd(string id)
    {
        if (!_groups.TryGetValue(id, out var group))
        {
            group = new Group(id);
            _groups.Add(id, group);
        }

        return group;
    }

    /// <summary>After each call for a group: forgets it if there is nothing to it, or queues its deadline.</summary>
    private void Settle(Group group)
    {
        if (group.IsVoid)
        {
            _deadlines.Forget(group);
            if (_groups.GetValueOrDefault(group.Id) == group)
            {
                _groups.Remove(group.Id);
            }

            return;
        }

        if (group.Members is { IsVoid: true })
        {
            group.Members = null;
        }

        _deadlines.Set(group, group.Members?.NextDeadlineMs ?? CoordinatedGroup.Never);
    }

    private List<Group> Snapshot() => [.. _groups.Values];
}
