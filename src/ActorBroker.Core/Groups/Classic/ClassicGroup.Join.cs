// JoinGroup: who may come in, and what a join does in each state.
using ActorBroker.Assignors.Wire;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Classic;

internal sealed partial class ClassicGroup
{
    // A new member's join is parked and sends no heartbeats: one that went away meanwhile is put out after this.
    private const int NewMemberTimeoutMs = 300_000;

    // Who was told an id comes back at once, whatever its session timeout.
    private const int PendingTimeoutMaxMs = 60_000;

    // An id is the name of the one who asks and something unique behind it.
    private const int NameBytesInIdMax = 1_024;

    // A group is one record, which is written and read as a whole: half of it is for what the members say, the rest
    // for what they are assigned.
    private long RecordPartBytesMax => Context.Settings.DecisionBytesMax / 2;

    public override void Join(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply)
    {
        if (_stateSinceUnixMs < 0)
        {
            _stateSinceUnixMs = turn.Now.UnixMs;
        }

        var refusal = Check(command);
        if (refusal != ErrorCode.None)
        {
            turn.Answer(reply, Refused(refusal, command.Member.MemberId));
            return;
        }

        command = WithoutRepeats(command);
        if (!HasRoomFor(command.Member) || !HasRoomFor(command))
        {
            RemovePending(command.Member.MemberId);
            turn.Answer(reply, Refused(ErrorCode.GroupMaxSizeReached));
        }
        else if (command.Member.MemberId.Length == 0)
        {
            JoinAsNew(turn, command, reply);
        }
        else if (_pending.Contains(command.Member.MemberId))
        {
            JoinAsPending(turn, command, reply);
        }
        else
        {
            JoinAgain(turn, command, reply);
        }
    }

    private ErrorCode Check(JoinCommand command)
    {
        if (_state == ClassicState.Dead)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        if (command.GroupId.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }

        var settings = Context.Settings;
        return command.SessionTimeoutMs < settings.MinSessionTimeoutMs ||
            command.SessionTimeoutMs > settings.MaxSessionTimeoutMs
            ? ErrorCode.InvalidSessionTimeout
            : ErrorCode.None;
    }

    /// <summary>A protocol counts once, so that what members have in common can be counted.</summary>
    private static JoinCommand WithoutRepeats(JoinCommand command)
    {
        var distinct = command.Protocols.DistinctBy(static protocol => protocol.Name).ToList();
        return distinct.Count == command.Protocols.Count ? command : command with { Protocols = distinct };
    }

    private bool HasRoomFor(MemberName name)
    {
        var sizeMax = Context.Settings.MaxSize;
        if (_members.Count < sizeMax || _state == ClassicState.Empty)
        {
            return true;
        }

        // While members gather, those that come first keep their places.
        var member = FindStatic(name.InstanceId) ?? _members.GetValueOrDefault(name.MemberId);
        return _state == ClassicState.PreparingRebalance
            ? member?.Join is not null || _joined < sizeMax
            : member is not null;
    }

    /// <summary>Whether the group's record has room for what the member says instead of what it said before.</summary>
    private bool HasRoomFor(JoinCommand command)
    {
        var known = FindStatic(command.Member.InstanceId) ?? _members.GetValueOrDefault(command.Member.MemberId);
        var before = known is null ? 0 : SizeOf(known.Protocols) + SizeOf(known);
        var after = SizeOf(command.Protocols) + SizeOfMember +
            StoredText.SizeOf(command.Member.MemberId) + StoredText.SizeOf(command.Member.InstanceId) +
            (command.Member.MemberId.Length == 0 ? NameBytesInIdMax : 0) +
            StoredText.SizeOf(command.Client.ClientId) + StoredText.SizeOf(command.Client.Host);
        return _storedBytes - before + after + StoredText.SizeOf(Id) <= RecordPartBytesMax;
    }

    private void JoinAsNew(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply)
    {
        var returning = FindStatic(command.Member.InstanceId);
        if (!IsConsistent(command.ProtocolType, command.Protocols, returning))
        {
            turn.Answer(reply, Refused(ErrorCode.InconsistentGroupProtocol));
            return;
        }

        var name = StoredText.Cut(command.Member.InstanceId ?? command.Client.ClientId, NameBytesInIdMax);
        var id = $"{name}-{Context.NewId()}";
        if (returning is not null)
        {
            Return(turn, returning, id, command, reply);
        }
        else if (command.RequiresMemberId && command.Member.InstanceId is null)
        {
            AddPending(turn, id, command.SessionTimeoutMs);
            turn.Answer(reply, Refused(ErrorCode.MemberIdRequired, id));
        }
        else
        {
            Enter(turn, id, command, reply);
        }
    }

    private void JoinAsPending(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply)
    {
        var id = command.Member.MemberId;
        if (command.Member.InstanceId is not null)
        {
            // Static members are never told to come back.
            turn.Answer(reply, Refused(ErrorCode.UnknownMemberId, id));
        }
        else if (!IsConsistent(command.ProtocolType, command.Protocols, null))
        {
            turn.Answer(reply, Refused(ErrorCode.InconsistentGroupProtocol, id));
        }
        else
        {
            RemovePending(id);
            Enter(turn, id, command, reply);
        }
    }

    private void JoinAgain(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply)
    {
        var error = Find(command.Member, out var member);
        if (error == ErrorCode.None && !IsConsistent(command.ProtocolType, command.Protocols, member))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }

        if (error != ErrorCode.None)
        {
            turn.Answer(reply, Refused(error, command.Member.MemberId));
            return;
        }

        var isLeader = member.Id == _leader;
        var mayStay = _state switch
        {
            // It did not get the answer to its join.
            ClassicState.CompletingRebalance => member.Matches(command.Protocols),
            // A leader joins again when it wants to assign anew.
            ClassicState.Stable => !isLeader && member.Matches(command.Protocols),
            _ => false,
        };
        if (mayStay)
        {
            ExpectHeartbeat(turn, member);
            turn.Answer(reply, Joined(member, isLeader ? AllMembers() : []));
            return;
        }

        Identify(member, member.Id, command.Client);
        Update(member, command);
        ParkJoin(turn, member, reply);
        Rebalance(turn);
    }

    private void Enter(GroupTurn turn, string id, JoinCommand command, Reply<JoinResult> reply)
    {
        if (_members.Count == 0)
        {
            _protocolType = command.ProtocolType;
        }

        var member = new ClassicMember(id, command.Member.InstanceId, command.Client) { IsNew = true };
        Add(member);
        Update(member, command);
        ParkJoin(turn, member, reply);
        _deadlines.Set(member, turn.Now.MonotonicMs + NewMemberTimeoutMs);
        _newMembersCame = true;
        Rebalance(turn);
    }

    /// <summary>
    /// A static member is back (or a second one has the same instance id): whoever spoke for the instance before is
    /// fenced. In a stable group nobody else notices, unless the return changes what is to be assigned.
    /// </summary>
    private void Return(
        GroupTurn turn, ClassicMember member, string id, JoinCommand command, Reply<JoinResult> reply)
    {
        var leaderBefore = _leader;
        var metadataBefore = member.MetadataFor(_protocol);
        Answer(turn, member, ErrorCode.FencedInstanceId);
        Identify(member, id, command.Client);
        Update(member, command);
        if (_state == ClassicState.Stable && Choose() == _protocol &&
            ReadsTheSame(metadataBefore, member.MetadataFor(_protocol)))
        {
            StoreGroup(turn);
            ExpectHeartbeat(turn, member);
            PaySync(member);
            EndSyncWaitIfAllSynced();
            var skips = command.SupportsSkipAssignment && id == _leader;
            turn.Answer(reply, Joined(member, skips ? AllMembers() : []) with
            {
                SkipAssignment = skips,

                // Before v9 nothing tells a leader not to assign, so it isn't told that it leads (KIP-345).
                Leader = (command.SupportsSkipAssignment ? _leader : leaderBefore) ?? "",
            });
            return;
        }

        ParkJoin(turn, member, reply);
        Rebalance(turn);
    }

    private bool ReadsTheSame(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after) =>
        _protocolType != ConsumerProtocolType || before.Span.SequenceEqual(after.Span) ||
        (MemberSubscription.TryRead(before, out var old) && MemberSubscription.TryRead(after, out var renewed) &&
            old.Topics.ToHashSet(StringComparer.Ordinal).SetEquals(renewed.Topics));

    private void Update(ClassicMember member, JoinCommand command)
    {
        SetProtocols(member, command.Protocols);
        member.SessionTimeoutMs = command.SessionTimeoutMs;
        member.RebalanceTimeoutMs = Math.Max(0, command.RebalanceTimeoutMs);
    }

    private JoinResult Joined(ClassicMember member, IReadOnlyList<JoinedMember> members) => new()
    {
        Generation = _generation,
        MemberId = member.Id,
        ProtocolType = _protocolType,
        ProtocolName = _protocol,
        Leader = _leader ?? "",
        Members = members,
    };

    private List<JoinedMember> AllMembers() =>
    [
        .. _members.Values.Select(
            member => new JoinedMember(member.Id, member.InstanceId, member.MetadataFor(_protocol))),
    ];

    private void AddPending(GroupTurn turn, string id, int sessionTimeoutMs)
    {
        if (_pending.Oldest is { } oldest && _pending.IsFull)
        {
            // It starts again from the beginning, should it come after all.
            RemovePending(oldest.Id);
        }

        var pending = _pending.Add(id);
        _deadlines.Set(pending, turn.Now.MonotonicMs + Math.Min(sessionTimeoutMs, PendingTimeoutMaxMs));
    }

    private bool RemovePending(string id)
    {
        if (_pending.Remove(id) is not { } pending)
        {
            return false;
        }

        _deadlines.Forget(pending);
        return true;
    }
}
