// A group of the classic protocol: members join, the broker chooses a protocol and a leader, the leader assigns.
//
//   Empty --join--> PreparingRebalance --everyone joined, or time is up--> CompletingRebalance --leader syncs--> Stable
//   PreparingRebalance --nobody is left--> Empty
//   CompletingRebalance, Stable --join, leave, expiry--> PreparingRebalance
//   any --delete--> Dead
//
// What is stored is what a record tells: a group with its members and assignments (Stable), or without any (Empty).
// A replay knows these two states only; whoever was in the middle of a rebalance learns by ILLEGAL_GENERATION or
// UNKNOWN_MEMBER_ID that it has to join again. An assignment is seen only after its record is committed, so no two
// members ever hold the same partition by the word of one generation.
//
// Nobody waits for ever: a parked join is answered when the join wait is over (the longest rebalance timeout of the
// members), a parked sync when the sync wait is over, which puts out the members that owe theirs.
using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Classic;

/// <summary>A classic group.</summary>
internal sealed partial class ClassicGroup(string id, GroupContext context) : CoordinatedGroup(id, context)
{
    // The protocol type whose metadata the broker can read.
    private const string ConsumerProtocolType = "consumer";

    private readonly Dictionary<string, ClassicMember> _members = [];
    private readonly Deadlines _deadlines = new();
    private readonly PendingMembers _pending = new();

    private ClassicState _state;
    private string _protocolType = "";
    private string? _protocol;
    private string? _leader;
    private int _generation;
    private long _stateSinceUnixMs = -1;
    private bool _isStored;

    // The topics that the members read; null: not looked at yet.
    private HashSet<string>? _topics;
    private bool _knowsTopics;

    public override GroupType Type => GroupType.Classic;

    public override string State => _state.ToString();

    public override string ProtocolType => _protocolType;

    public override int MemberCount => _members.Count;

    public override bool IsVoid =>
        _state == ClassicState.Dead ||
        (_state == ClassicState.Empty && !_isStored && _pending.Count == 0);

    public override long? EmptySinceMs => _members.Count > 0 ? null : _stateSinceUnixMs;

    public override bool AwaitsMembers => _pending.Count > 0;

    public override long NextDeadlineMs => Math.Min(Math.Min(_stepDeadlineMs, _pendingWaitMs), _deadlines.NextMs);

    public override OffsetExpiry OffsetExpiry => _state switch
    {
        ClassicState.Empty => _protocolType.Length == 0 ? OffsetExpiry.SinceCommit : OffsetExpiry.SinceEmpty,
        ClassicState.Stable when KnowsTopics() => OffsetExpiry.SinceCommit,
        _ => OffsetExpiry.Never,
    };

    /// <summary>The members, in no particular order.</summary>
    public IReadOnlyCollection<ClassicMember> Members => _members.Values;

    /// <summary>What the members say, as it takes room in a record.</summary>
    public long StoredBytes => _storedBytes;

    public int Generation => _generation;

    /// <summary>The chosen protocol; null while there is none.</summary>
    public string? Protocol => _protocol;

    /// <summary>The leader's member id; null while there is none.</summary>
    public string? Leader => _leader;

    public ClassicState ClassicState => _state;

    public override void Apply(in GroupRecord record)
    {
        if (record.Value is not GroupMetadataValue value)
        {
            Become(ClassicState.Dead, _stateSinceUnixMs);
            return;
        }

        _isStored = true;
        _generation = value.Generation;
        _protocolType = value.ProtocolType;
        _protocol = value.Protocol;
        var gone = _members.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var stored in value.Members)
        {
            gone.Remove(Restore(stored).Id);
        }

        foreach (var member in gone)
        {
            Remove(_members[member]);
        }

        _leader = value.Leader is { } leader && _members.ContainsKey(leader) ? leader : null;
        var state = _members.Count == 0 ? ClassicState.Empty : ClassicState.Stable;
        Become(state, value.CurrentStateTimestamp);
    }

    public override void Begin(GroupTurn turn)
    {
        if (_stateSinceUnixMs < 0)
        {
            _stateSinceUnixMs = turn.Now.UnixMs;
        }

        foreach (var member in _members.Values)
        {
            ExpectHeartbeat(turn, member);
        }

        if (_members.Count > Context.Settings.MaxSize)
        {
            Prepare(turn);
        }
    }

    public override ErrorCode CheckOffsetDelete() => _state switch
    {
        ClassicState.Dead => ErrorCode.GroupIdNotFound,
        ClassicState.Empty => ErrorCode.None,
        _ => _protocolType == ConsumerProtocolType ? ErrorCode.None : ErrorCode.NonEmptyGroup,
    };

    public override ErrorCode CheckDelete() => _state switch
    {
        ClassicState.Dead => ErrorCode.GroupIdNotFound,
        ClassicState.Empty => ErrorCode.None,
        _ => ErrorCode.NonEmptyGroup,
    };

    public override bool IsSubscribedTo(string topic) =>
        _state is not (ClassicState.Empty or ClassicState.Dead) && (!KnowsTopics() || _topics!.Contains(topic));

    public override void Delete(GroupTurn turn)
    {
        FailParked(turn, ErrorCode.CoordinatorNotAvailable);
        if (_isStored)
        {
            Store(turn, new GroupMetadataKey { Group = Id }, null);
        }

        Become(ClassicState.Dead, turn.Now.UnixMs);
    }

    public override void FailParked(GroupTurn turn, ErrorCode error)
    {
        foreach (var member in _members.Values)
        {
            Answer(turn, member, error);
        }
    }

    /// <summary>What DescribeGroups tells; metadata and assignments only while the group is stable.</summary>
    public ClassicGroupDescription Describe()
    {
        var isStable = _state == ClassicState.Stable;
        return new ClassicGroupDescription
        {
            GroupId = Id,
            State = State,
            ProtocolType = _protocolType,
            ProtocolName = isStable ? _protocol ?? "" : "",
            Members =
            [
                .. _members.Values.Select(member => new ClassicMemberDescription(
                    member.Id,
                    member.InstanceId,
                    member.Client,
                    isStable ? member.MetadataFor(_protocol) : default,
                    isStable ? member.Assignment : default)),
            ],
        };
    }

    /// <summary>Stores the group as it stands; <paramref name="assignments"/> replace the members' own.</summary>
    private void StoreGroup(
        GroupTurn turn, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? assignments = null) => Store(
        turn,
        new GroupMetadataKey { Group = Id },
        new GroupMetadataValue
        {
            ProtocolType = _protocolType,
            Generation = _generation,
            Protocol = _protocol,
            Leader = _leader,
            CurrentStateTimestamp = turn.Now.UnixMs,
            Members =
            [
                .. _members.Values.Select(member => new GroupMetadataValue.MemberMetadata
                {
                    MemberId = member.Id,
                    GroupInstanceId = member.InstanceId,
                    ClientId = member.Client.ClientId,
                    ClientHost = member.Client.Host,
                    RebalanceTimeout = member.RebalanceTimeoutMs,
                    SessionTimeout = member.SessionTimeoutMs,
                    Subscription = member.MetadataFor(_protocol),
                    Assignment = assignments is null
                        ? member.Assignment
                        : assignments.GetValueOrDefault(member.Id),
                }),
            ],
        });

    private ClassicMember Restore(GroupMetadataValue.MemberMetadata stored)
    {
        if (!_members.TryGetValue(stored.MemberId, out var member))
        {
            member = new ClassicMember(
                stored.MemberId, stored.GroupInstanceId, new GroupClient(stored.ClientId, stored.ClientHost));
            Add(member);
        }

        member.SessionTimeoutMs = stored.SessionTimeout;
        member.RebalanceTimeoutMs = stored.RebalanceTimeout < 0 ? stored.SessionTimeout : stored.RebalanceTimeout;
        member.Assignment = stored.Assignment;
        var protocol = _protocol ?? "";
        var isKnown = member.Supports(protocol) &&
            member.MetadataFor(protocol).Span.SequenceEqual(stored.Subscription.Span);
        if (!isKnown || member.Protocols.Count == 1)
        {
            // The same bytes are taken anew, too: they are a slice of the whole record, so that keeping those of an
            // earlier record would keep all of it. A member that is there has said more than what is stored.
            SetProtocols(member, [new MemberProtocol(protocol, stored.Subscription)]);
        }

        return member;
    }

    private void Become(ClassicState state, long sinceUnixMs)
    {
        _state = state;
        _stateSinceUnixMs = sinceUnixMs;
        _topics = null;
    }

    /// <summary>Whether everybody's subscription can be read; until then nothing is known to be unused.</summary>
    private bool KnowsTopics()
    {
        if (_topics is not null)
        {
            return _knowsTopics;
        }

        _topics = new HashSet<string>(StringComparer.Ordinal);
        _knowsTopics = _protocolType == ConsumerProtocolType && _protocol is not null;
        foreach (var member in _members.Values)
        {
            _knowsTopics &= MemberSubscription.TryRead(member.MetadataFor(_protocol), out var subscription);
            _topics.UnionWith(subscription.Topics);
        }

        return _knowsTopics;
    }
}
