// The rebalance: waiting for joins, the new generation, waiting for syncs.
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Classic;

internal sealed partial class ClassicGroup
{
    // How long a rebalance in which everybody has joined waits for those that were just told their ids.
    private const int PendingWaitMs = 3_000;

    // Members may ask for less, even for nothing; but nobody answers in no time, and the group would only spin.
    private const int StepWaitMinMs = 1_000;

    // When the wait of the state ends: for joins while preparing, for syncs afterwards.
    private long _stepDeadlineMs = Never;

    // When the wait for pending members ends.
    private long _pendingWaitMs = Never;

    // The first rebalance of an empty group waits for more members, again and again while some come.
    private bool _isInitial;
    private bool _newMembersCame;
    private int _initialWaitLeftMs;

    private int StepWaitMs => Math.Max(RebalanceTimeoutMs, StepWaitMinMs);

    public override void OnTimer(GroupTurn turn)
    {
        var nowMs = turn.Now.MonotonicMs;
        if (_stepDeadlineMs <= nowMs)
        {
            _stepDeadlineMs = Never;
            EndWait(turn);
        }

        if (_pendingWaitMs <= nowMs)
        {
            _pendingWaitMs = Never;
            if (_state == ClassicState.PreparingRebalance && !_isInitial && _joined == _members.Count)
            {
                Complete(turn);
            }
        }

        while (_deadlines.TakeDue(nowMs) is { } due)
        {
            Expire(turn, due);
        }
    }

    /// <summary>Starts a rebalance, or goes on with the one that is under way.</summary>
    public void Rebalance(GroupTurn turn)
    {
        if (_state == ClassicState.PreparingRebalance)
        {
            CompleteIfAllJoined(turn);
        }
        else
        {
            Prepare(turn);
        }
    }

    private void Expire(GroupTurn turn, Timed due)
    {
        if (due is PendingMember pending)
        {
            _pending.Remove(pending.Id);
            CompleteIfAllJoined(turn);
        }
        else if (due is ClassicMember member)
        {
            PutOut(turn, member);
            Rebalance(turn);
        }
    }

    private void PutOut(GroupTurn turn, ClassicMember member)
    {
        Answer(turn, member, ErrorCode.UnknownMemberId);
        Remove(member);
    }

    private void Prepare(GroupTurn turn)
    {
        foreach (var member in _members.Values)
        {
            PaySync(member);
            if (member.Sync is not null)
            {
                AnswerSync(turn, member, new SyncResult(ErrorCode.RebalanceInProgress));
                ShowLife(turn, member);
            }
        }

        var nowMs = turn.Now.MonotonicMs;
        _isInitial = _state == ClassicState.Empty;
        Become(ClassicState.PreparingRebalance, turn.Now.UnixMs);
        if (_isInitial)
        {
            _newMembersCame = false;
            _initialWaitLeftMs = Math.Max(RebalanceTimeoutMs - Context.Settings.InitialRebalanceDelayMs, 0);
            _stepDeadlineMs = nowMs + Context.Settings.InitialRebalanceDelayMs;
            return;
        }

        _stepDeadlineMs = nowMs + StepWaitMs;
        CompleteIfAllJoined(turn);
    }

    private void CompleteIfAllJoined(GroupTurn turn)
    {
        if (_state != ClassicState.PreparingRebalance || _isInitial || _joined < _members.Count)
        {
            return;
        }

        if (_pending.Count == 0)
        {
            Complete(turn);
        }
        else if (_pendingWaitMs == Never)
        {
            // They spare everybody another rebalance; but somebody who fetches ids all the time must not hold it up.
            _pendingWaitMs = turn.Now.MonotonicMs + PendingWaitMs;
        }
    }

    private void EndWait(GroupTurn turn)
    {
        if (_state != ClassicState.PreparingRebalance)
        {
            PutOutThoseThatOweSyncs(turn);
        }
        else if (_isInitial && _newMembersCame && _initialWaitLeftMs > 0)
        {
            var delayMs = Math.Min(Context.Settings.InitialRebalanceDelayMs, _initialWaitLeftMs);
            _newMembersCame = false;
            _initialWaitLeftMs -= delayMs;
            _stepDeadlineMs = turn.Now.MonotonicMs + delayMs;
        }
        else
        {
            Complete(turn);
        }
    }

    private void PutOutThoseThatOweSyncs(GroupTurn turn)
    {
        var owing = _members.Values.Where(static member => member.OwesSync).ToList();
        foreach (var member in owing)
        {
            PutOut(turn, member);
        }

        if (owing.Count > 0)
        {
            Prepare(turn);
        }
    }

    /// <summary>The wait for joins is over: a new generation of those who came, and of absent static ones.</summary>
    private void Complete(GroupTurn turn)
    {
        _isInitial = false;
        _stepDeadlineMs = Never;
        _pendingWaitMs = Never;
        foreach (var absent in _members.Values.Where(static m => m.Join is null && m.InstanceId is null).ToList())
        {
            Remove(absent);
        }

        if (_members.Count == 0)
        {
            BecomeEmpty(turn);
            return;
        }

        if (!ElectLeader())
        {
            // Static members only, and none of them is there: they have until their sessions end.
            var sessionMs = _members.Values.Max(static member => member.SessionTimeoutMs);
            _stepDeadlineMs = turn.Now.MonotonicMs + Math.Max(StepWaitMs, sessionMs);
            return;
        }

        _generation++;
        _protocol = Choose();
        Become(ClassicState.CompletingRebalance, turn.Now.UnixMs);
        _stepDeadlineMs = turn.Now.MonotonicMs + StepWaitMs;
        foreach (var member in _members.Values)
        {
            if (member.Join is not null)
            {
                AnswerJoin(turn, member, Joined(member, member.Id == _leader ? AllMembers() : []));
                member.IsNew = false;
                OweSync(member);
                ExpectHeartbeat(turn, member);
            }
        }
    }

    private void BecomeEmpty(GroupTurn turn)
    {
        _generation++;
        _protocol = null;
        _leader = null;
        StoreGroup(turn);
    }

    /// <summary>The leader stays one as long as it joins; otherwise somebody who is there leads.</summary>
    private bool ElectLeader()
    {
        if (_leader is { } leader && _members[leader].Join is not null)
        {
            return true;
        }

        _leader = _members.Values.FirstOrDefault(static member => member.Join is not null)?.Id ?? _leader;
        return _leader is not null && _members[_leader].Join is not null;
    }

    /// <summary>The leader has brought the assignment: it is stored, and everybody who waits gets a part.</summary>
    private void Install(GroupTurn turn, SyncCommand command)
    {
        var assignments = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (memberId, assignment) in command.Assignments)
        {
            assignments[memberId] = assignment;
        }

        StoreGroup(turn, assignments);
        foreach (var member in _members.Values)
        {
            if (member.Sync is not null)
            {
                AnswerSync(turn, member, Synced(member));
                ExpectHeartbeat(turn, member);
            }
        }

        EndSyncWaitIfAllSynced();
    }

    private void EndSyncWaitIfAllSynced()
    {
        if (_owingSync == 0 && _state == ClassicState.Stable)
        {
            _stepDeadlineMs = Never;
        }
    }
}
