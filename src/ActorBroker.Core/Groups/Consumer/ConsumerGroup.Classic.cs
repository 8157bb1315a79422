// Members of the classic protocol in a consumer group, while it migrates. They get what the target gives them by the
// means that they have: a heartbeat says REBALANCE_IN_PROGRESS when there is a step to take, a join reports what the
// member still owns and takes the step, and a sync fetches the result. Nobody waits for the others, and nobody leads:
// the generation is the member's own epoch.
using ActorBroker.Assignors.Wire;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    /// <inheritdoc/>
    public override void Join(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply)
    {
        var error = CheckJoin(command, out var subscription);
        if (error == ErrorCode.None && command.RequiresMemberId &&
            command.Member is { MemberId.Length: 0, InstanceId: null })
        {
            var offered = new JoinResult { Error = ErrorCode.MemberIdRequired, MemberId = Context.NewId() };
            turn.Answer(reply, offered);
            return;
        }

        if (error != ErrorCode.None)
        {
            turn.Answer(reply, new JoinResult { Error = error, MemberId = command.Member.MemberId });
            return;
        }

        var member = Subscribe(turn, command, subscription!);
        UpdateMetadata(turn, member, MetadataOf(command, subscription!));
        ExtendSession(turn, member);
        var owned = PartitionSet.Of(subscription!.Owned
            .Select(each => (Context.Topics.Find(each.Topic)?.Id ?? Guid.Empty, each.Partition)));
        command = command with { Member = command.Member with { MemberId = member.Id } };
        _waiting.Add(new WaitingJoin(member, owned, command, reply));
        CallAtEnd(turn);
    }

    /// <inheritdoc/>
    public override void Sync(GroupTurn turn, SyncCommand command, Reply<SyncResult> reply)
    {
        var (error, member) = Named(command.Member);
        error = member is null ? error
            : member.Metadata.ClassicMemberMetadata is not { } classic ? ErrorCode.UnknownMemberId
            : command.Generation != member.Current.Epoch ? ErrorCode.IllegalGeneration
            : command.ProtocolType is not (null or "consumer") ? ErrorCode.InconsistentGroupProtocol
            : command.ProtocolName is { } name && name != ProtocolOf(classic).Name ? ErrorCode.InconsistentGroupProtocol
            : ErrorCode.None;
        if (error != ErrorCode.None)
        {
            turn.Answer(reply, new SyncResult(error));
            return;
        }

        // A member with something to give up has joined for this epoch already; what comes after is for later.
        if (GroupEpoch > member!.Current.Epoch && member.Current.State != MemberState.UnrevokedPartitions)
        {
            ExpectJoin(turn, member);
            turn.Answer(reply, new SyncResult(ErrorCode.RebalanceInProgress));
            return;
        }

        member.SyncDeadlineMs = Never;
        ExtendSession(turn, member);
        var protocol = ProtocolOf(member.Metadata.ClassicMemberMetadata!).Name;
        turn.Answer(reply, new SyncResult(ErrorCode.None, ProtocolType, protocol, AssignmentBytes(member)));
    }

    /// <inheritdoc/>
    public override void Heartbeat(GroupTurn turn, HeartbeatCommand command, Reply<ErrorCode> reply)
    {
        var (error, member) = Named(command.Member);
        error = member is null ? error
            : !member.IsClassic ? ErrorCode.UnknownMemberId
            : command.Generation != member.Current.Epoch ? ErrorCode.IllegalGeneration
            : ErrorCode.None;
        if (error == ErrorCode.None)
        {
            ExtendSession(turn, member!);
            if (!ReferenceEquals(_seenTopics, Context.Topics))
            {
                CallAtEnd(turn);
            }

            if (HasStepToTake(member!))
            {
                ExpectJoin(turn, member!);
                error = ErrorCode.RebalanceInProgress;
            }
        }

        turn.Answer(reply, error);
    }

    /// <inheritdoc/>
    public override void Leave(GroupTurn turn, LeaveCommand command, Reply<LeaveResult> reply)
    {
        var left = new List<LeftMember>(command.Members.Count);
        foreach (var name in command.Members)
        {
            var (error, member) = name is { MemberId.Length: 0, InstanceId: { } instanceId } &&
                _instances.GetValueOrDefault(instanceId) is { } known
                    ? (ErrorCode.None, known)
                    : Named(name);
            if (member is { IsClassic: false })
            {
                error = ErrorCode.UnknownMemberId;
            }
            else if (member is not null)
            {
                Remove(turn, member);
            }

            left.Add(new LeftMember(name, error));
        }

        turn.Answer(reply, new LeaveResult(ErrorCode.None, left));
    }

    private ErrorCode CheckJoin(JoinCommand command, out MemberSubscription? subscription)
    {
        subscription = null;
        var settings = Context.Settings;
        if (command.SessionTimeoutMs < settings.MinSessionTimeoutMs ||
            command.SessionTimeoutMs > settings.MaxSessionTimeoutMs)
        {
            return ErrorCode.InvalidSessionTimeout;
        }

        var (memberId, instanceId) = command.Member;
        if (memberId.Length > 0 && instanceId is not null &&
            Named(command.Member).Error is var named and not ErrorCode.None)
        {
            return named;
        }

        // Ids that were given out are not remembered, so an unknown one may be new. But who was put out and still owns
        // something must hear of it before it gets a new part.
        var isKnown = Find(memberId) is not null || (instanceId is not null && _instances.ContainsKey(instanceId));
        return command.ProtocolType != ProtocolType || !Supports(command.Protocols, memberId) ||
            !MemberSubscription.TryRead(command.Protocols[0].Metadata, out subscription) ||
            !StoredText.Fits(subscription)
                ? ErrorCode.InconsistentGroupProtocol
            : !isKnown && subscription.Owned.Count > 0 ? ErrorCode.UnknownMemberId
            : !isKnown && _members.Count >= settings.ConsumerMaxSize ? ErrorCode.GroupMaxSizeReached
            : !HasRoomFor(command) ? ErrorCode.GroupMaxSizeReached
            : ErrorCode.None;
    }

    /// <summary>What all classic members say must fit into one record, should the group be classic again.</summary>
    private bool HasRoomFor(JoinCommand command)
    {
        var size = command.Protocols.Sum(static each => (long)each.Metadata.Length);
        if (_classicCount > 0)
        {
            size += _members.Values
                .Where(member => member.Id != command.Member.MemberId)
                .Sum(static member => member.Metadata.ClassicMemberMetadata?.SupportedProtocols
                    .Sum(static each => (long)each.Metadata.Length) ?? 0);
        }

        return size <= Context.Settings.DecisionBytesMax / TakeOverFactor;
    }

    /// <summary>One of the protocols is known to all classic members, so that the group can be classic again.</summary>
    private bool Supports(IReadOnlyList<MemberProtocol> protocols, string memberId)
    {
        var common = protocols.Select(static protocol => protocol.Name).ToHashSet();
        if (_classicCount > 0)
        {
            foreach (var member in _members.Values)
            {
                if (member.Metadata.ClassicMemberMetadata is { } classic && member.Id != memberId)
                {
                    common.IntersectWith(classic.SupportedProtocols.Select(static protocol => protocol.Name));
                }
            }
        }

        return common.Count > 0;
    }

    private ConsumerMember Subscribe(GroupTurn turn, JoinCommand command, MemberSubscription subscription)
    {
        var (memberId, instanceId) = command.Member;
        var known = instanceId is null ? Find(memberId) : _instances.GetValueOrDefault(instanceId);
        if (known is not null && (memberId.Length > 0 || instanceId is null))
        {
            return known;
        }

        memberId = memberId.Length > 0 ? memberId : Context.NewId();
        if (known is not null)
        {
            Replace(turn, known, memberId);
        }
        else
        {
            Change(turn);
            StoreMember(turn, memberId, MetadataOf(command, subscription));
        }

        return _members[memberId];
    }

    private static ConsumerGroupMemberMetadataValue MetadataOf(JoinCommand command, MemberSubscription subscription) =>
        MetadataOf(
            command.Member.InstanceId,
            command.Client,
            subscription,
            command.SessionTimeoutMs,
            command.RebalanceTimeoutMs,
            command.Protocols);

    private static ConsumerGroupMemberMetadataValue MetadataOf(
        string? instanceId,
        GroupClient client,
        MemberSubscription subscription,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        IReadOnlyList<MemberProtocol> protocols) => new()
        {
            InstanceId = instanceId,
            RackId = subscription.RackId,
            ClientId = client.ClientId,
            ClientHost = client.Host,
            SubscribedTopicNames = Sorted(subscription.Topics),
            RebalanceTimeoutMs = rebalanceTimeoutMs,
            ClassicMemberMetadata = new ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData
            {
                SessionTimeoutMs = sessionTimeoutMs,
                SupportedProtocols =
                [
                    .. protocols.Select(static protocol => new ConsumerGroupMemberMetadataValue.ClassicProtocol
                    {
                        Name = protocol.Name,
                        Metadata = protocol.Metadata,
                    }),
                ],
            },
        };

    private static bool IsSame(
        ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData? left,
        ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData? right) =>
        left is null || right is null
            ? left is null && right is null
            : left.SessionTimeoutMs == right.SessionTimeoutMs &&
                left.SupportedProtocols.Count == right.SupportedProtocols.Count &&
                left.SupportedProtocols.Zip(right.SupportedProtocols).All(static pair =>
                    pair.First.Name == pair.Second.Name &&
                    pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));

    private void AnswerJoin(GroupTurn turn, WaitingJoin join)
    {
        var member = join.Member;
        member.JoinDeadlineMs = Never;
        member.SyncDeadlineMs = turn.Now.MonotonicMs + RevocationTimeoutMs(member);
        Watch(member);
        turn.Answer(join.Reply, new JoinResult
        {
            Generation = member.Current.Epoch,
            MemberId = member.Id,
            ProtocolType = ProtocolType,
            ProtocolName = ProtocolOf(member.Metadata.ClassicMemberMetadata!).Name,
        });
    }

    /// <summary>The member must join: there is a newer epoch, or something to give up, or all that it waits for is
    /// free.</summary>
    private bool HasStepToTake(ConsumerMember member) =>
        member.Current.Epoch < GroupEpoch ||
        member.Current.State == MemberState.UnrevokedPartitions ||
        (member.Current.State == MemberState.UnreleasedPartitions &&
            !member.Target.Except(member.Current.Assigned).All.Any(_owners.ContainsKey));

    private void ExpectJoin(GroupTurn turn, ConsumerMember member)
    {
        if (member.JoinDeadlineMs == Never)
        {
            member.JoinDeadlineMs = turn.Now.MonotonicMs + RevocationTimeoutMs(member);
            Watch(member);
        }
    }

    private static ConsumerGroupMemberMetadataValue.ClassicProtocol ProtocolOf(
        ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData classic) => classic.SupportedProtocols[0];

    private byte[] AssignmentBytes(ConsumerMember member)
    {
        var version = MemberSubscription.TryRead(
            ProtocolOf(member.Metadata.ClassicMemberMetadata!).Metadata, out var subscription)
                ? subscription.Version
                : (short)0;
        return MemberAssignment.Write(
            [
                .. member.Current.Assigned.All.Select(each => (Context.Topics.Find(each.Topic), each.Partition))
                    .Where(static each => each.Item1 is not null)
                    .Select(static each => new TopicPartition(each.Item1!.Name, each.Partition)),
            ],
            version);
    }
}
