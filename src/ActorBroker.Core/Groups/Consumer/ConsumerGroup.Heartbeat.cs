// ConsumerGroupHeartbeat: join, keep alive, acknowledge, leave.
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    private bool _callsAtEnd;

    /// <summary>A heartbeat that <see cref="HeartbeatRules"/> lets through.</summary>
    public void Heartbeat(GroupTurn turn, ConsumerHeartbeatCommand command, Reply<ConsumerHeartbeatResult> reply)
    {
        if (command.MemberEpoch is ConsumerMember.LeaveEpoch or ConsumerMember.AwayEpoch)
        {
            Leave(turn, command, reply);
            return;
        }

        // Who joins owns nothing, and has nothing to give up then.
        PartitionSet? owned = PartitionSet.Empty;
        var (error, message) = command.MemberEpoch == 0 ? CheckJoin(command) : CheckMember(command, out owned);
        if (error == ErrorCode.None)
        {
            (error, message) = CheckPattern(command.TopicRegex ?? "");
        }

        if (error != ErrorCode.None)
        {
            Answer(turn, reply, error, message);
            return;
        }

        var member = command.MemberEpoch == 0 ? Subscribe(turn, command) : _members[command.MemberId];
        UpdateMetadata(turn, member, command);
        ExtendSession(turn, member);
        if (IsSettled)
        {
            Reconcile(turn, member, owned);
            turn.Answer(reply, ResultFor(member, command));
            return;
        }

        _waiting.Add(new WaitingHeartbeat(member, owned, command, reply));
        CallAtEnd(turn);
    }

    /// <inheritdoc/>
    public override void EndTurn(GroupTurn turn)
    {
        RefreshTopics(turn);
        _isChanged = false;
        if (_members.Count == 0)
        {
            _emptySinceMs = turn.Now.UnixMs;
        }

        if (_waiting.Count > 0 && GroupEpoch != AssignmentEpoch && MayCompute(turn))
        {
            ComputeTarget(turn);
        }

        foreach (var waiting in _waiting)
        {
            if (Find(waiting.Member.Id) != waiting.Member)
            {
                waiting.Fail(turn, ErrorCode.UnknownMemberId);
                continue;
            }

            Reconcile(turn, waiting.Member, waiting.Owned);
            if (waiting is WaitingHeartbeat heartbeat)
            {
                turn.Answer(heartbeat.Reply, ResultFor(waiting.Member, heartbeat.Command));
            }
            else
            {
                AnswerJoin(turn, (WaitingJoin)waiting);
            }
        }

        _waiting.Clear();
        _parsed.Clear();
        _callsAtEnd = false;
    }

    private (ErrorCode Error, string Message) CheckJoin(ConsumerHeartbeatCommand command)
    {
        if (command.InstanceId is { } instanceId &&
            _instances.GetValueOrDefault(instanceId) is { } known && known.Id != command.MemberId)
        {
            // The one that is there may be replaced when it said that it goes, or when it cannot say so: a classic
            // member that restarts with the new protocol has no way to.
            return known.IsAway || known.IsClassic
                ? (ErrorCode.None, "")
                : (ErrorCode.UnreleasedInstanceId, $"Instance {instanceId} is still member {known.Id}.");
        }

        return Find(command.MemberId) is null && _members.Count >= Context.Settings.ConsumerMaxSize
            ? (ErrorCode.GroupMaxSizeReached, $"The group has {_members.Count} members, which is all that it may have.")
            : (ErrorCode.None, "");
    }

    /// <summary>
    /// Who it is comes before what it owns: a list may be long, and only a member's is worth reading.
    /// </summary>
    private (ErrorCode Error, string Message) CheckMember(ConsumerHeartbeatCommand command, out PartitionSet? owned)
    {
        owned = null;
        var (error, member) = Named(new MemberName(command.MemberId, command.InstanceId));
        if (member is null)
        {
            return (error, $"Member {command.MemberId} is not in the group.");
        }

        if (member.IsClassic)
        {
            return (ErrorCode.UnknownMemberId, $"Member {command.MemberId} speaks the classic protocol.");
        }

        var current = member.Current;
        if (command.MemberEpoch != current.Epoch && command.MemberEpoch != current.PreviousEpoch)
        {
            return Fenced(member, command);
        }

        // Beyond what there is to subscribe, it may still own what it was given before that went.
        if (command.Owned is { } list)
        {
            var max = _topics.Sum(static topic => (long)topic.NumPartitions) +
                current.Assigned.Count + current.Pending.Count;
            if (list.Sum(static topic => (long)topic.Partitions.Count) > max)
            {
                return (ErrorCode.InvalidRequest, "TopicPartitions has more partitions than a member can own.");
            }

            owned = PartitionSet.Of(list);
        }

        if (command.MemberEpoch == current.Epoch)
        {
            return current.State == MemberState.Unknown && owned is not { IsEmpty: true }
                ? (ErrorCode.FencedMemberEpoch, "The member's state is not known; it must join again.")
                : (ErrorCode.None, "");
        }

        // The answer with the newer epoch may have been lost; a member that owns nothing beyond what it was given may
        // go on from the epoch before.
        return command.MemberEpoch == current.PreviousEpoch && !member.IsAway && owned is not null &&
            owned.IsSubsetOf(current.Assigned.Union(current.Pending))
            ? (ErrorCode.None, "")
            : Fenced(member, command);
    }

    private static (ErrorCode Error, string Message) Fenced(ConsumerMember member, ConsumerHeartbeatCommand command) =>
        (ErrorCode.FencedMemberEpoch,
            $"The member's epoch is {member.Current.Epoch}, not {command.MemberEpoch}; it must give up all its " +
            "partitions and join again.");

    /// <summary>A member joins, joins again, or takes the place of the static member that it was before.</summary>
    private ConsumerMember Subscribe(GroupTurn turn, ConsumerHeartbeatCommand command)
    {
        var memberId = command.MemberId.Length > 0 ? command.MemberId : Context.NewId();
        if (command.InstanceId is { } instanceId && _instances.GetValueOrDefault(instanceId) is { } known)
        {
            if (known.Id != memberId)
            {
                Replace(turn, known, memberId);
            }
            else if (known.IsAway)
            {
                StoreCurrent(turn, memberId, Returned(known));
            }

            return _members[memberId];
        }

        if (Find(memberId) is null)
        {
            Change(turn);
            StoreMember(turn, memberId, MetadataOf(command));
        }

        return _members[memberId];
    }

    /// <summary>A static member under a new id: it owns what its instance owned, and nothing moves.</summary>
    private void Replace(GroupTurn turn, ConsumerMember old, string memberId)
    {
        var (metadata, target, current) = (old.Metadata, old.Target, Returned(old));
        StoreGone(turn, old);
        StoreMember(turn, memberId, metadata);
        if (!target.IsEmpty)
        {
            StoreTarget(turn, memberId, target);
        }

        StoreCurrent(turn, memberId, current);
    }

    /// <summary>A process that begins anew has nothing to give up.</summary>
    private static CurrentAssignment Returned(ConsumerMember member) => CurrentAssignment.New with
    {
        Assigned = member.Current.Assigned,
    };

    private void UpdateMetadata(GroupTurn turn, ConsumerMember member, ConsumerHeartbeatCommand command)
    {
        var old = member.Metadata;
        var client = command.Client;
        var isNews = command.TopicNames is not null || command.TopicRegex is not null || command.RackId is not null ||
            command.ServerAssignor is not null || command.RebalanceTimeoutMs >= 0 || command.InstanceId is not null ||
            old.ClassicMemberMetadata is not null;
        if (!isNews && old.ClientId == client.ClientId && old.ClientHost == client.Host)
        {
            return;
        }

        var names = command.TopicNames is { } list ? Sorted(list) : old.SubscribedTopicNames;
        var value = new ConsumerGroupMemberMetadataValue
        {
            InstanceId = command.InstanceId ?? old.InstanceId,
            RackId = command.RackId ?? old.RackId,
            ClientId = client.ClientId,
            ClientHost = client.Host,
            SubscribedTopicNames = names,
            SubscribedTopicRegex = command.TopicRegex is { } regex
                ? regex.Length == 0 ? null : regex
                : old.SubscribedTopicRegex,
            RebalanceTimeoutMs = command.RebalanceTimeoutMs >= 0 ? command.RebalanceTimeoutMs : old.RebalanceTimeoutMs,
            ServerAssignor = command.ServerAssignor ?? old.ServerAssignor,
        };
        UpdateMetadata(turn, member, value);
    }

    private void UpdateMetadata(GroupTurn turn, ConsumerMember member, ConsumerGroupMemberMetadataValue value)
    {
        var old = member.Metadata;
        var wantsTheSame = value.SubscribedTopicNames.SequenceEqual(old.SubscribedTopicNames) &&
            value.SubscribedTopicRegex == old.SubscribedTopicRegex &&
            value.RackId == old.RackId &&
            value.ServerAssignor == old.ServerAssignor;
        if (!wantsTheSame)
        {
            Change(turn);
        }

        if (!wantsTheSame ||
            value.InstanceId != old.InstanceId ||
            value.ClientId != old.ClientId ||
            value.ClientHost != old.ClientHost ||
            value.RebalanceTimeoutMs != old.RebalanceTimeoutMs ||
            !IsSame(value.ClassicMemberMetadata, old.ClassicMemberMetadata))
        {
            StoreMember(turn, member.Id, value);
        }

        // Nobody tells a member of the new protocol to join or to fetch, so it is not put out for not doing it.
        if (!member.IsClassic)
        {
            member.JoinDeadlineMs = member.SyncDeadlineMs = Never;
            Watch(member);
        }
    }

    private static ConsumerGroupMemberMetadataValue MetadataOf(ConsumerHeartbeatCommand command) => new()
    {
        InstanceId = command.InstanceId,
        RackId = command.RackId,
        ClientId = command.Client.ClientId,
        ClientHost = command.Client.Host,
        SubscribedTopicNames = Sorted(command.TopicNames ?? []),
        SubscribedTopicRegex = string.IsNullOrEmpty(command.TopicRegex) ? null : command.TopicRegex,
        RebalanceTimeoutMs = command.RebalanceTimeoutMs,
        ServerAssignor = command.ServerAssignor,
    };

    private static List<string> Sorted(IEnumerable<string> names) =>
        [.. names.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Takes the member one step towards its target.</summary>
    private void Reconcile(GroupTurn turn, ConsumerMember member, PartitionSet? owned)
    {
        var before = member.Current.Assigned;
        TakeStep(turn, member, owned);
        var after = member.Current.Assigned;
        member.IsInformed = owned is null ? member.IsInformed && after.Equals(before) : owned.Equals(after);
    }

    private void TakeStep(GroupTurn turn, ConsumerMember member, PartitionSet? owned)
    {
        var current = member.Current;
        if (current.State == MemberState.Stable && current.Epoch == AssignmentEpoch)
        {
            return;
        }

        var next = current.Next(
            member.Target,
            AssignmentEpoch,
            owned,
            (topic, partition) => _owners.GetValueOrDefault((topic, partition)) is not { } owner || owner == member);
        if (ReferenceEquals(next, current))
        {
            return;
        }

        StoreCurrent(turn, member.Id, next);
        member.RevocationDeadlineMs = next.State == MemberState.UnrevokedPartitions
            ? turn.Now.MonotonicMs + RevocationTimeoutMs(member)
            : Never;
        Watch(member);
    }

    private ConsumerHeartbeatResult ResultFor(ConsumerMember member, ConsumerHeartbeatCommand command)
    {
        var isFull = command.MemberEpoch == 0 ||
            command is { RebalanceTimeoutMs: >= 0, Owned: not null } and not { TopicNames: null, TopicRegex: null };
        return new ConsumerHeartbeatResult
        {
            MemberId = member.Id,
            MemberEpoch = member.Current.Epoch,
            HeartbeatIntervalMs = Context.Settings.OverridesOf(Id)?.HeartbeatIntervalMs ??
                Context.Settings.ConsumerHeartbeatIntervalMs,
            Assignment = isFull || !member.IsInformed || command.MemberEpoch != member.Current.Epoch
                ? member.Current.Assigned.Topics
                : null,
        };
    }

    private void Leave(GroupTurn turn, ConsumerHeartbeatCommand command, Reply<ConsumerHeartbeatResult> reply)
    {
        var (error, member) = Named(new MemberName(command.MemberId, command.InstanceId));
        if (member is null or { IsClassic: true })
        {
            error = member is null ? error : ErrorCode.UnknownMemberId;
            Answer(turn, reply, error, $"Member {command.MemberId} is not in the group.");
            return;
        }

        if (command.MemberEpoch == ConsumerMember.AwayEpoch)
        {
            // The instance keeps its place: it comes back within its session, under a new id.
            StoreCurrent(turn, member.Id, member.Current with
            {
                Epoch = ConsumerMember.AwayEpoch,
                PreviousEpoch = member.Current.Epoch,
                Pending = PartitionSet.Empty,
            });
            member.RevocationDeadlineMs = Never;
            Watch(member);
        }
        else
        {
            Remove(turn, member);
        }

        turn.Answer(reply, new ConsumerHeartbeatResult
        {
            MemberId = command.MemberId,
            MemberEpoch = command.MemberEpoch,
        });
    }

    private void Remove(GroupTurn turn, ConsumerMember member)
    {
        Change(turn);
        StoreGone(turn, member);
    }
}
