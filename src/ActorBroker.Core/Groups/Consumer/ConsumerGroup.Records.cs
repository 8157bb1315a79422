// What is stored of the group: the one place where that state changes, and what writes it.
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    private int _classicCount;

    /// <inheritdoc/>
    /// <remarks>
    /// Compaction may leave a member's records in any order, so each of them makes the member where it is unknown.
    /// </remarks>
    public override void Apply(in GroupRecord record)
    {
        switch (record.Key)
        {
            case ConsumerGroupMetadataKey:
                GroupEpoch = ((ConsumerGroupMetadataValue?)record.Value)?.Epoch ?? 0;
                break;
            case ConsumerGroupPartitionMetadataKey:
                _topics = ((ConsumerGroupPartitionMetadataValue?)record.Value)?.Topics ?? [];
                break;
            case ConsumerGroupMemberMetadataKey key:
                Apply(key.MemberId, (ConsumerGroupMemberMetadataValue?)record.Value);
                break;
            case ConsumerGroupTargetAssignmentMetadataKey:
                AssignmentEpoch = ((ConsumerGroupTargetAssignmentMetadataValue?)record.Value)?.AssignmentEpoch ?? 0;
                break;
            case ConsumerGroupTargetAssignmentMemberKey key:
                Apply(key.MemberId, (ConsumerGroupTargetAssignmentMemberValue?)record.Value);
                break;
            case ConsumerGroupCurrentMemberAssignmentKey key:
                Apply(key.MemberId, (ConsumerGroupCurrentMemberAssignmentValue?)record.Value);
                break;
            case ConsumerGroupRegularExpressionKey key:
                Apply(key.RegularExpression, (ConsumerGroupRegularExpressionValue?)record.Value);
                break;
            default:
                throw new InvariantViolationException($"{record.Key.GetType().Name} is no record of a consumer group");
        }
    }

    private void Apply(string memberId, ConsumerGroupMemberMetadataValue? value)
    {
        _subscribedIsStale = true;
        if (value is null)
        {
            Forget(memberId);
            return;
        }

        var member = GetOrAdd(memberId);
        _classicCount += (value.ClassicMemberMetadata is null ? 0 : 1) - (member.IsClassic ? 1 : 0);
        member.Metadata = value;
        if (value.InstanceId is { } instanceId)
        {
            _instances[instanceId] = member;
        }
    }

    private void Apply(string memberId, ConsumerGroupTargetAssignmentMemberValue? value)
    {
        if (value is not null)
        {
            GetOrAdd(memberId).Target = PartitionSet.Of(
                value.TopicPartitions.Select(static each => new TopicPartitions(each.TopicId, each.Partitions)));
        }
        else if (Find(memberId) is { } member)
        {
            member.Target = PartitionSet.Empty;
        }
    }

    private void Apply(string memberId, ConsumerGroupCurrentMemberAssignmentValue? value)
    {
        if (value is null)
        {
            if (Find(memberId) is { } member)
            {
                SetCurrent(member, CurrentAssignment.New);
            }

            return;
        }

        var state = (MemberState)value.State;
        SetCurrent(GetOrAdd(memberId), new CurrentAssignment(
            value.MemberEpoch,
            value.PreviousMemberEpoch,
            Enum.IsDefined(state) ? state : MemberState.Unknown,
            SetOf(value.AssignedPartitions),
            SetOf(value.PartitionsPendingRevocation)));
    }

    private static PartitionSet SetOf(List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics) =>
        topics.Count == 0
            ? PartitionSet.Empty
            : PartitionSet.Of(topics.Select(static each => new TopicPartitions(each.TopicId, each.Partitions)));

    private void SetCurrent(ConsumerMember member, CurrentAssignment current)
    {
        Disown(member);
        member.Current = current;
        foreach (var partition in current.Assigned.All.Concat(current.Pending.All))
        {
            _owners[partition] = member;
        }
    }

    private void Disown(ConsumerMember member)
    {
        foreach (var partition in member.Current.Assigned.All.Concat(member.Current.Pending.All))
        {
            if (_owners.GetValueOrDefault(partition) == member)
            {
                _owners.Remove(partition);
            }
        }
    }

    private ConsumerMember GetOrAdd(string memberId)
    {
        if (!_members.TryGetValue(memberId, out var member))
        {
            member = new ConsumerMember(memberId);
            _members.Add(memberId, member);
        }

        return member;
    }

    private void Forget(string memberId)
    {
        if (!_members.Remove(memberId, out var member))
        {
            return;
        }

        Disown(member);
        _deadlines.Forget(member);
        _classicCount -= member.IsClassic ? 1 : 0;
        if (member.Metadata.InstanceId is { } instanceId && _instances.GetValueOrDefault(instanceId) == member)
        {
            _instances.Remove(instanceId);
        }
    }

    private void StoreMember(GroupTurn turn, string memberId, ConsumerGroupMemberMetadataValue value) =>
        Store(turn, new ConsumerGroupMemberMetadataKey { GroupId = Id, MemberId = memberId }, value);

    private void StoreTarget(GroupTurn turn, string memberId, PartitionSet target)
    {
        var value = new ConsumerGroupTargetAssignmentMemberValue();
        value.TopicPartitions.AddRange(target.Topics.Select(static topic =>
            new ConsumerGroupTargetAssignmentMemberValue.TopicPartition
            {
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions],
            }));
        Store(turn, new ConsumerGroupTargetAssignmentMemberKey { GroupId = Id, MemberId = memberId }, value);
    }

    private void StoreCurrent(GroupTurn turn, string memberId, CurrentAssignment current) => Store(
        turn,
        new ConsumerGroupCurrentMemberAssignmentKey { GroupId = Id, MemberId = memberId },
        new ConsumerGroupCurrentMemberAssignmentValue
        {
            MemberEpoch = current.Epoch,
            PreviousMemberEpoch = current.PreviousEpoch,
            State = (sbyte)current.State,
            AssignedPartitions = ListOf(current.Assigned),
            PartitionsPendingRevocation = ListOf(current.Pending),
        });

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> ListOf(PartitionSet partitions) =>
    [
        .. partitions.Topics.Select(static topic => new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions
        {
            TopicId = topic.TopicId,
            Partitions = [.. topic.Partitions],
        }),
    ];

    private void StoreAssignmentEpoch(GroupTurn turn, int epoch) => Store(
        turn,
        new ConsumerGroupTargetAssignmentMetadataKey { GroupId = Id },
        new ConsumerGroupTargetAssignmentMetadataValue { AssignmentEpoch = epoch });

    private void StoreGroupEpoch(GroupTurn turn, int epoch) => Store(
        turn, new ConsumerGroupMetadataKey { GroupId = Id }, new ConsumerGroupMetadataValue { Epoch = epoch });

    private void StoreTopics(GroupTurn turn, List<ConsumerGroupPartitionMetadataValue.TopicMetadata> topics) => Store(
        turn,
        new ConsumerGroupPartitionMetadataKey { GroupId = Id },
        new ConsumerGroupPartitionMetadataValue { Topics = topics });

    private void StorePattern(GroupTurn turn, string expression, ConsumerGroupRegularExpressionValue? value) => Store(
        turn,
        new ConsumerGroupRegularExpressionKey { GroupId = Id, RegularExpression = expression },
        value);

    /// <summary>The tombstones of all that is stored of a member.</summary>
    private void StoreGone(GroupTurn turn, ConsumerMember member)
    {
        Store(turn, new ConsumerGroupCurrentMemberAssignmentKey { GroupId = Id, MemberId = member.Id }, null);
        Store(turn, new ConsumerGroupTargetAssignmentMemberKey { GroupId = Id, MemberId = member.Id }, null);
        Store(turn, new ConsumerGroupMemberMetadataKey { GroupId = Id, MemberId = member.Id }, null);
    }

    /// <summary>The tombstones of everything; the group's own comes last and takes the group out.</summary>
    private void StoreTombstones(GroupTurn turn)
    {
        foreach (var member in _members.Values.ToList())
        {
            StoreGone(turn, member);
        }

        foreach (var expression in _patterns.Keys.ToList())
        {
            StorePattern(turn, expression, null);
        }

        Store(turn, new ConsumerGroupPartitionMetadataKey { GroupId = Id }, null);
        Store(turn, new ConsumerGroupTargetAssignmentMetadataKey { GroupId = Id }, null);
        Store(turn, new ConsumerGroupMetadataKey { GroupId = Id }, null);
    }
}
