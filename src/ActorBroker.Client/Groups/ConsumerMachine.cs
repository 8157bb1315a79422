using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// A member of a group whose assignment the broker makes (KIP-848). All is one call, the heartbeat: it joins (epoch 0),
/// tells what changed, and brings the member's assignment. The member then gives up what is no longer its own, takes on
/// what is new, and after each of the two says at once what it has, which is what the others wait for.
/// </summary>
/// <remarks>Fenced, it loses everything, and joins again when the reader has given it up.</remarks>
internal sealed class ConsumerMachine(ConsumerOptions options, string groupId, string newMemberId) : MemberMachine
{
    private const short FirstVersionWithOwnIds = 1;
    private const int JoinEpoch = 0;
    private const int LeaveEpoch = -1;
    private const int LeaveForAWhileEpoch = -2;

    // The topics' ids, as the member has them and as it is to have them.
    private readonly Dictionary<string, Guid> _ids = [];
    private IReadOnlyDictionary<string, Guid> _targetIds = new Dictionary<string, Guid>();
    private HashSet<TopicPartition> _told = [];
    private HashSet<TopicPartition> _telling = [];
    private HashSet<TopicPartition>? _target;
    private bool _isIn;
    private bool _isJoining;
    private bool _hasToldNames;
    private bool _hasToldPattern;
    private bool _tellsAll = true;
    private bool _tellsSubscription;
    private int _epoch;

    public string MemberId { get; private set; } = "";

    /// <summary>What is subscribed to; the shell keeps it up to date. Null where the broker evaluates.</summary>
    public IReadOnlyList<string>? Topics { get; set; }

    /// <summary>What the broker evaluates, or null.</summary>
    public string? Pattern { get; set; }

    public override MemberIdentity? Identity =>
        _isIn ? new MemberIdentity(MemberId, _epoch, options.GroupInstanceId) : null;

    /// <summary>A join that is under way may have come through.</summary>
    public override bool IsKnown => _isIn || (_isJoining && MemberId.Length > 0);

    public override MemberCall Next(long nowMs)
    {
        // A group has nothing for a member that subscribes to nothing, and refuses it.
        var isOut = !_isIn && (HasHandovers || (Pattern is null && Topics is not { Count: > 0 }));
        if (IsStalled || isOut)
        {
            return MemberCall.None;
        }

        var isUrgent = _isIn && (_tellsSubscription || !Owned.SetEquals(_told));
        return isUrgent || nowMs >= NextCallMs ? MemberCall.Heartbeat : MemberCall.None;
    }

    public override void SubscriptionChanged() => _tellsSubscription = true;

    public ConsumerGroupHeartbeatRequest NewHeartbeat(short version)
    {
        if (MemberId.Length == 0 && version >= FirstVersionWithOwnIds)
        {
            MemberId = newMemberId;
        }

        var tellsAll = _tellsAll || !_isIn;
        var tellsSubscription = tellsAll || _tellsSubscription;
        _tellsSubscription = false;
        _isJoining |= !_isIn;
        _hasToldNames |= tellsSubscription && Pattern is null;
        _hasToldPattern |= tellsSubscription && Pattern is not null;
        _telling = [.. Owned];
        return new ConsumerGroupHeartbeatRequest
        {
            GroupId = groupId,
            MemberId = MemberId,
            MemberEpoch = _isIn ? _epoch : JoinEpoch,
            InstanceId = options.GroupInstanceId,
            RackId = tellsAll ? options.ClientRack : null,
            RebalanceTimeoutMs = tellsAll ? (int)options.MaxPollInterval.TotalMilliseconds : -1,

            // What is left out stays as it was: names end a pattern, and a pattern names, only where that is said.
            SubscribedTopicNames = !tellsSubscription ? null
                : Pattern is null ? [.. Topics ?? []]
                : _hasToldNames ? [] : null,
            SubscribedTopicRegex = !tellsSubscription ? null : Pattern ?? (_hasToldPattern ? "" : null),
            ServerAssignor = tellsAll ? options.GroupRemoteAssignor : null,
            TopicPartitions = tellsAll || !_telling.SetEquals(_told) ? ByTopic(_telling) : null,
        };
    }

    /// <summary>The member goes; a static one says that it will be back.</summary>
    public ConsumerGroupHeartbeatRequest NewLeave() => new()
    {
        GroupId = groupId,
        MemberId = MemberId,
        MemberEpoch = options.GroupInstanceId is null ? LeaveEpoch : LeaveForAWhileEpoch,
        InstanceId = options.GroupInstanceId,
    };

    /// <summary>False where the answer is an error that the shell has to judge.</summary>
    public bool Answered(ConsumerGroupHeartbeatResponse response, long nowMs)
    {
        switch (response.ErrorCode)
        {
            case ErrorCode.None:
                _isIn = true;
                _isJoining = false;
                _tellsAll = false;
                _told = _telling;
                _epoch = response.MemberEpoch;
                MemberId = string.IsNullOrEmpty(response.MemberId) ? MemberId : response.MemberId;
                NextCallMs = nowMs + Math.Max(response.HeartbeatIntervalMs, 1);
                return true;
            case ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId:
                Fence();
                return true;
            default:
                Failed();
                return false;
        }
    }

    /// <summary>Nobody knows what became of the call: the next one tells everything again.</summary>
    public void Failed()
    {
        _tellsAll = true;
        _tellsSubscription = true;
    }

    /// <summary>What the member is to have, with the ids of its topics.</summary>
    public void Assigned(IReadOnlyDictionary<string, Guid> ids, IEnumerable<TopicPartition> partitions)
    {
        _targetIds = ids;
        _target = [.. partitions];
        Reconcile();
    }

    protected override void Forget()
    {
        _isIn = false;
        _isJoining = false;
        _epoch = JoinEpoch;
        _target = null;
        _told = [];
        _tellsAll = true;
        NextCallMs = 0;
    }

    protected override void HandoversDone() => Reconcile();

    private void Reconcile()
    {
        if (_target is not null && !HasHandovers)
        {
            // A topic that was deleted and made again is another one: what was read of the first is gone.
            Enqueue(HandoverKind.Lose, [.. Owned.Where(each =>
                _targetIds.TryGetValue(each.Topic, out var id) && _ids.GetValueOrDefault(each.Topic) != id)]);
            if (HasHandovers)
            {
                return;
            }

            foreach (var (name, id) in _targetIds)
            {
                _ids[name] = id;
            }

            Enqueue(HandoverKind.Revoke, [.. Owned.Where(each => !_target.Contains(each))]);
            Enqueue(HandoverKind.Assign, [.. _target.Where(each => !Owned.Contains(each))]);
        }
    }

    private List<ConsumerGroupHeartbeatRequest.TopicPartitionsData> ByTopic(IEnumerable<TopicPartition> partitions) =>
        [.. partitions.GroupBy(each => each.Topic, each => each.Partition).Select(
            topic => new ConsumerGroupHeartbeatRequest.TopicPartitionsData
            {
                TopicId = _ids[topic.Key], Partitions = [.. topic],
            })];
}
