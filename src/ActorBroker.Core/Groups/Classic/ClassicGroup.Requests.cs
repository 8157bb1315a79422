// SyncGroup, Heartbeat, LeaveGroup, and what the group says about commits.
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Classic;

internal sealed partial class ClassicGroup
{
    public override void Sync(GroupTurn turn, SyncCommand command, Reply<SyncResult> reply)
    {
        var error = CheckSync(command, out var member);
        if (error != ErrorCode.None)
        {
            turn.Answer(reply, new SyncResult(error));
            return;
        }

        PaySync(member);
        if (_state == ClassicState.Stable)
        {
            ExpectHeartbeat(turn, member);
            turn.Answer(reply, Synced(member));
            EndSyncWaitIfAllSynced();
            return;
        }

        ParkSync(turn, member, reply);
        if (member.Id == _leader)
        {
            Install(turn, command);
        }
    }

    public override void Heartbeat(GroupTurn turn, HeartbeatCommand command, Reply<ErrorCode> reply)
    {
        var error = CheckGeneration(command.Member, command.Generation, out var member);
        if (error == ErrorCode.None)
        {
            ShowLife(turn, member);
            error = _state == ClassicState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
        }

        turn.Answer(reply, error);
    }

    public override void Leave(GroupTurn turn, LeaveCommand command, Reply<LeaveResult> reply)
    {
        if (_state == ClassicState.Dead)
        {
            turn.Answer(reply, new LeaveResult(ErrorCode.CoordinatorNotAvailable, []));
            return;
        }

        var count = _members.Count;
        var left = command.Members.Select(name => new LeftMember(name, TakeLeave(turn, name))).ToList();
        turn.Answer(reply, new LeaveResult(ErrorCode.None, left));
        if (_members.Count < count)
        {
            Rebalance(turn);
        }
        else
        {
            CompleteIfAllJoined(turn);
        }
    }

    public override ErrorCode CheckCommit(GroupTurn turn, CommitCommand commit)
    {
        if (commit.GenerationOrEpoch < 0 && _state == ClassicState.Empty)
        {
            // From outside of any generation, e.g. by a tool: only while no member could be contradicted.
            return ErrorCode.None;
        }

        var error = CheckGeneration(commit.Member, commit.GenerationOrEpoch, out var member);
        if (error == ErrorCode.None && _state == ClassicState.CompletingRebalance)
        {
            return ErrorCode.RebalanceInProgress;
        }

        if (error == ErrorCode.None)
        {
            ShowLife(turn, member);
        }

        return error;
    }

    /// <summary>Anybody may look; a generation is no condition in this protocol.</summary>
    public override ErrorCode CheckFetch(FetchOffsetsCommand fetch) =>
        _state == ClassicState.Dead ? ErrorCode.GroupIdNotFound : ErrorCode.None;

    private ErrorCode CheckSync(SyncCommand command, out ClassicMember member)
    {
        var error = CheckGeneration(command.Member, command.Generation, out member);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if ((command.ProtocolType is { } type && type != _protocolType) ||
            (command.ProtocolName is { } name && name != _protocol))
        {
            return ErrorCode.InconsistentGroupProtocol;
        }

        if (_state == ClassicState.PreparingRebalance)
        {
            return ErrorCode.RebalanceInProgress;
        }

        return command.Assignments.Sum(static each => (long)each.Value.Length) > RecordPartBytesMax
            ? ErrorCode.InvalidRequest
            : ErrorCode.None;
    }

    private ErrorCode CheckGeneration(MemberName name, int generation, out ClassicMember member)
    {
        if (_state == ClassicState.Dead)
        {
            member = null!;
            return ErrorCode.CoordinatorNotAvailable;
        }

        var error = Find(name, out member);
        return error == ErrorCode.None && generation != _generation ? ErrorCode.IllegalGeneration : error;
    }

    private ErrorCode TakeLeave(GroupTurn turn, MemberName name)
    {
        ErrorCode error;
        ClassicMember? member;
        if (name.MemberId.Length == 0)
        {
            // An administrator removes whoever speaks for the instance.
            member = FindStatic(name.InstanceId);
            error = member is null ? ErrorCode.UnknownMemberId : ErrorCode.None;
        }
        else if (name.InstanceId is null && RemovePending(name.MemberId))
        {
            return ErrorCode.None;
        }
        else
        {
            error = Find(name, out member);
        }

        if (error == ErrorCode.None)
        {
            PutOut(turn, member!);
        }

        return error;
    }

    /// <summary>Who has a parked request is waited for already, and its session begins with the answer.</summary>
    private void ShowLife(GroupTurn turn, ClassicMember member)
    {
        if (member.Join is null && member.Sync is null)
        {
            ExpectHeartbeat(turn, member);
        }
    }

    private SyncResult Synced(ClassicMember member) =>
        new(ErrorCode.None, _protocolType, _protocol, member.Assignment);
}
