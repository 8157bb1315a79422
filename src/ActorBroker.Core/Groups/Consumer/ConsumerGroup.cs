// A group whose assignment the broker makes (KIP-848). Three epochs, each of which only grows:
//
//   group epoch       +1 when members, their subscriptions or the subscribed topics change
//   assignment epoch  the group epoch for which the target assignment was computed
//   member epoch      the assignment epoch up to which a member has followed (CurrentAssignment)
//
// A request changes members at once; what follows for all of them (the subscribed topics, the target) is decided at
// the end of the turn, once for however many requests, and those that asked are answered then. A heartbeat of a member
// that has nothing to tell and nothing to learn takes none of these steps.
//
// Empty ---join---> Assigning ---target computed---> Reconciling ---every member at the assignment epoch---> Stable
//   ^                  ^---------any change---------------'---------------------------------------------------'
//   '---the last member leaves---
//
// A crash in the middle of a turn's records leaves a group epoch above the assignment epoch, which the next heartbeat
// mends: the new group epoch is the first record of every change, the assignment epoch the last one of every target.
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>A group of KIP-848, with members of the classic protocol among them while it migrates.</summary>
internal sealed partial class ConsumerGroup(string id, GroupContext context) : CoordinatedGroup(id, context)
{
    private readonly Dictionary<string, ConsumerMember> _members = [];
    private readonly Dictionary<string, ConsumerMember> _instances = [];
    private readonly Dictionary<(Guid Topic, int Partition), ConsumerMember> _owners = [];
    private readonly Deadlines _deadlines = new();
    private readonly List<Waiting> _waiting = [];
    private long _emptySinceMs;

    public override GroupType Type => GroupType.Consumer;

    public override string ProtocolType => "consumer";

    public override int MemberCount => _members.Count;

    public override long? EmptySinceMs => _members.Count == 0 ? _emptySinceMs : null;

    public override bool IsVoid =>
        _members.Count == 0 && GroupEpoch == 0 && AssignmentEpoch == 0 && _topics.Count == 0 && _waiting.Count == 0;

    public override OffsetExpiry OffsetExpiry => OffsetExpiry.SinceCommit;

    public override string State =>
        _members.Count == 0 ? "Empty"
        : GroupEpoch != AssignmentEpoch ? "Assigning"
        : _members.Values.All(member => member.HasReached(AssignmentEpoch)) ? "Stable"
        : "Reconciling";

    /// <summary>Changes when the members, what they want or what there is to get changes.</summary>
    public int GroupEpoch { get; private set; }

    /// <summary>The group epoch for which the target was computed.</summary>
    public int AssignmentEpoch { get; private set; }

    public IReadOnlyCollection<ConsumerMember> Members => _members.Values;

    public ConsumerMember? Find(string memberId) => _members.GetValueOrDefault(memberId);

    public override bool IsSubscribedTo(string topic)
    {
        if (_subscribedIsStale)
        {
            GatherSubscribed();
        }

        return _subscribed.Contains(topic);
    }

    public override ErrorCode CheckCommit(GroupTurn turn, CommitCommand commit)
    {
        if (commit.GenerationOrEpoch < 0 && _members.Count == 0)
        {
            return ErrorCode.None;
        }

        var (error, member) = Named(commit.Member);
        if (member is null)
        {
            return error;
        }

        if (!member.IsClassic)
        {
            return !commit.IsModern ? ErrorCode.UnsupportedVersion
                : commit.GenerationOrEpoch != member.Current.Epoch ? ErrorCode.StaleMemberEpoch
                : ErrorCode.None;
        }

        if (commit.GenerationOrEpoch != member.Current.Epoch)
        {
            return ErrorCode.IllegalGeneration;
        }

        ExtendSession(turn, member);
        return ErrorCode.None;
    }

    public override ErrorCode CheckFetch(FetchOffsetsCommand fetch)
    {
        if (fetch.MemberId is null || (fetch.MemberId.Length == 0 && fetch.MemberEpoch < 0))
        {
            return ErrorCode.None;
        }

        return Find(fetch.MemberId) is not { } member ? ErrorCode.UnknownMemberId
            : member.Current.Epoch != fetch.MemberEpoch ? ErrorCode.StaleMemberEpoch
            : ErrorCode.None;
    }

    public override ErrorCode CheckOffsetDelete() => ErrorCode.None;

    public override ErrorCode CheckDelete() => _members.Count > 0 ? ErrorCode.NonEmptyGroup : ErrorCode.None;

    public override void Delete(GroupTurn turn)
    {
        FailParked(turn, ErrorCode.UnknownMemberId);
        StoreTombstones(turn);
    }

    public override void FailParked(GroupTurn turn, ErrorCode error)
    {
        foreach (var waiting in _waiting)
        {
            waiting.Fail(turn, error);
        }

        _waiting.Clear();
    }

    /// <summary>The group as ConsumerGroupDescribe tells it.</summary>
    public ConsumerGroupDescription Describe() => new()
    {
        GroupId = Id,
        State = State,
        GroupEpoch = GroupEpoch,
        AssignmentEpoch = AssignmentEpoch,
        AssignorName = PreferredAssignor().Name,
        Members = [.. _members.Values.OrderBy(static member => member.Id, StringComparer.Ordinal).Select(Describe)],
    };

    private static ConsumerMemberDescription Describe(ConsumerMember member) => new()
    {
        MemberId = member.Id,
        InstanceId = member.Metadata.InstanceId,
        RackId = member.Metadata.RackId,
        MemberEpoch = member.Current.Epoch,
        Client = new GroupClient(member.Metadata.ClientId, member.Metadata.ClientHost),
        TopicNames = member.Metadata.SubscribedTopicNames,
        TopicRegex = member.Metadata.SubscribedTopicRegex,
        Assignment = member.Current.Assigned.Topics,
        Target = member.Target.Topics,
        IsClassic = member.IsClassic,
    };

    /// <summary>The member that a classic request names, by instance where it has one.</summary>
    private (ErrorCode Error, ConsumerMember? Member) Named(MemberName name)
    {
        if (name.InstanceId is not { } instanceId)
        {
            return Find(name.MemberId) is { } dynamic
                ? (ErrorCode.None, dynamic)
                : (ErrorCode.UnknownMemberId, null);
        }

        return _instances.GetValueOrDefault(instanceId) is not { } member ? (ErrorCode.UnknownMemberId, null)
            : member.Id != name.MemberId ? (ErrorCode.FencedInstanceId, null)
            : (ErrorCode.None, member);
    }

    private static void Answer(GroupTurn turn, Reply<ConsumerHeartbeatResult> reply, ErrorCode error, string message) =>
        turn.Answer(reply, new ConsumerHeartbeatResult { Error = error, Message = message });

    /// <summary>Asks for <see cref="EndTurn"/>.</summary>
    private void CallAtEnd(GroupTurn turn)
    {
        if (!_callsAtEnd)
        {
            _callsAtEnd = true;
            turn.CallAtEnd(Id);
        }
    }
}
