using ActorBroker.Assignors.Wire;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// A member of a classic group:
/// <code>
/// Out      -> Joining   what was lost is given up
/// Joining  -> Syncing   JoinGroup is answered; MEMBER_ID_REQUIRED: joins again with its id (KIP-394)
/// Syncing  -> Stable    SyncGroup is answered: partitions are handed over
/// Syncing  -> Joining   REBALANCE_IN_PROGRESS
/// Stable   -> Giving    a rebalance, an eager member: gives up everything; a new subscription: what is not in it
/// Stable   -> Joining   a rebalance, a cooperative member: keeps everything meanwhile (KIP-429)
/// Giving   -> Joining   the reader has given up
/// any      -> Out       UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, or the reader was away too long: everything is lost
/// </code>
/// </summary>
internal sealed class ClassicMachine(ConsumerOptions options, string groupId) : MemberMachine
{
    private const int NoGeneration = -1;

    private readonly bool _isCooperative = options.Assignors.All(each => each.IsCooperative);
    private readonly long _intervalMs = (long)options.HeartbeatInterval.TotalMilliseconds;
    private IReadOnlyList<TopicPartition> _previous = [];
    private int _previousGeneration = NoGeneration;
    private bool _isRejoinWanted;

    public ClassicState State { get; private set; } = ClassicState.Out;

    public string MemberId { get; private set; } = "";

    public int Generation { get; private set; } = NoGeneration;

    /// <summary>The assignor that the group agreed on.</summary>
    public string ProtocolName { get; private set; } = "";

    /// <summary>Why it joins, for the coordinator's log.</summary>
    public string Reason { get; private set; } = "the member is new";

    /// <summary>What is subscribed to; the shell keeps it up to date.</summary>
    public IReadOnlyList<string> Topics { get; set; } = [];

    /// <summary>True where the topics are those that match; the leader may know of others that do.</summary>
    public bool IsPattern { get; set; }

    public override MemberIdentity? Identity =>
        Generation == NoGeneration ? null : new MemberIdentity(MemberId, Generation, options.GroupInstanceId);

    public override bool IsJoining => State is ClassicState.Joining or ClassicState.Syncing;

    public override bool IsKnown => MemberId.Length > 0;

    public override MemberCall Next(long nowMs)
    {
        if (IsStalled)
        {
            return MemberCall.None;
        }

        if (State == ClassicState.Out && !HasHandovers)
        {
            State = ClassicState.Joining;
        }

        if (State == ClassicState.Stable && _isRejoinWanted && !HasHandovers)
        {
            BeginRejoin();
        }

        return State switch
        {
            ClassicState.Joining => MemberCall.Join,
            ClassicState.Syncing => MemberCall.Sync,
            ClassicState.Stable or ClassicState.Giving when nowMs >= NextCallMs => MemberCall.Heartbeat,
            _ => MemberCall.None,
        };
    }

    public override void SubscriptionChanged() => WantRejoin("the subscription changed");

    /// <summary>The topics have changed of which this leader made the assignment.</summary>
    public void TopicsChanged() => WantRejoin("the topics changed");

    public JoinGroupRequest NewJoin()
    {
        _isRejoinWanted = false;
        var request = new JoinGroupRequest
        {
            GroupId = groupId,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            RebalanceTimeoutMs = (int)options.MaxPollInterval.TotalMilliseconds,
            MemberId = MemberId,
            GroupInstanceId = options.GroupInstanceId,
            ProtocolType = "consumer",
            Reason = Reason,
        };
        foreach (var assignor in options.Assignors)
        {
            var owned = _isCooperative ? [.. Owned] : assignor.IsCooperative ? [] : _previous;
            var subscription = MemberSubscription.For(
                assignor, Topics, owned, _previousGeneration, options.ClientRack);
            request.Protocols.Add(new() { Name = assignor.Name, Metadata = subscription.Write() });
        }

        return request;
    }

    /// <summary>False where the answer is an error that the shell has to judge.</summary>
    public bool Joined(JoinGroupResponse response)
    {
        switch (response.ErrorCode)
        {
            case ErrorCode.None:
                MemberId = response.MemberId ?? "";
                Generation = response.GenerationId;
                ProtocolName = response.ProtocolName ?? "";
                State = ClassicState.Syncing;
                return true;
            case ErrorCode.MemberIdRequired:
                MemberId = response.MemberId ?? "";
                return true;
            case ErrorCode.UnknownMemberId:
                MemberId = "";
                Fence();
                return true;
            default:
                return false;
        }
    }

    public SyncGroupRequest NewSync(IEnumerable<(string MemberId, byte[] Assignment)> assignments) => new()
    {
        GroupId = groupId,
        GenerationId = Generation,
        MemberId = MemberId,
        GroupInstanceId = options.GroupInstanceId,
        ProtocolType = "consumer",
        ProtocolName = ProtocolName,
        Assignments = [.. assignments.Select(each => new SyncGroupRequest.SyncGroupRequestAssignment
        {
            MemberId = each.MemberId, Assignment = each.Assignment,
        })],
    };

    /// <summary>False where the answer is an error that the shell has to judge.</summary>
    public bool Synced(ErrorCode code, IReadOnlyList<TopicPartition> assigned, long nowMs)
    {
        switch (code)
        {
            case ErrorCode.None:
                Adopt(assigned);
                NextCallMs = nowMs + _intervalMs;
                return true;
            case ErrorCode.RebalanceInProgress:
                State = ClassicState.Joining;
                return true;
            default:
                return TakeLoss(code);
        }
    }

    /// <summary>The answer to SyncGroup does not read: joining again is what every refusal would lead to.</summary>
    public void SyncUnread() => State = ClassicState.Joining;

    public HeartbeatRequest NewHeartbeat() => new()
    {
        GroupId = groupId,
        GenerationId = Generation,
        MemberId = MemberId,
        GroupInstanceId = options.GroupInstanceId,
    };

    /// <summary>False where the answer is an error that the shell has to judge.</summary>
    public bool Beaten(ErrorCode code, long nowMs)
    {
        NextCallMs = nowMs + _intervalMs;
        switch (code)
        {
            case ErrorCode.None:
                return true;
            case ErrorCode.RebalanceInProgress:
                if (State == ClassicState.Stable)
                {
                    WantRejoin("the group is rebalancing");
                }

                return true;
            default:
                return TakeLoss(code);
        }
    }

    /// <summary>The coordinator was told that the member leaves.</summary>
    public void Left() => MemberId = "";

    protected override void Forget()
    {
        State = ClassicState.Out;
        Generation = NoGeneration;
        _isRejoinWanted = false;
        Reason = "the member was out of the group";
    }

    protected override void HandoversDone()
    {
        if (State == ClassicState.Giving)
        {
            State = ClassicState.Joining;
        }
    }

    private bool TakeLoss(ErrorCode code)
    {
        if (code is not (ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration))
        {
            return false;
        }

        if (code == ErrorCode.UnknownMemberId)
        {
            MemberId = "";
        }

        Fence();
        return true;
    }

    private void WantRejoin(string reason)
    {
        _isRejoinWanted = true;
        Reason = reason;
    }

    private void BeginRejoin()
    {
        _isRejoinWanted = false;
        Enqueue(HandoverKind.Revoke, [.. Owned.Where(each =>
            !_isCooperative || (!IsPattern && !Topics.Contains(each.Topic)))]);
        State = HasHandovers ? ClassicState.Giving : ClassicState.Joining;
    }

    private void Adopt(IReadOnlyList<TopicPartition> assigned)
    {
        State = ClassicState.Stable;
        var mine = assigned.Where(each => IsPattern || Topics.Contains(each.Topic)).Distinct().ToList();
        _previous = mine;
        _previousGeneration = Generation;
        List<TopicPartition> revoked = [.. Owned.Except(mine)];
        Enqueue(HandoverKind.Revoke, revoked);
        Enqueue(HandoverKind.Assign, [.. mine.Where(each => !Owned.Contains(each))]);
        if (revoked.Count > 0)
        {
            WantRejoin("partitions were given up for others");
        }
    }
}
