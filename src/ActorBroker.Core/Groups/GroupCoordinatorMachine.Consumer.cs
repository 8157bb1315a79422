// KIP-848's part of the coordinator.
using ActorBroker.Core.Groups.Consumer;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

public sealed partial class GroupCoordinatorMachine
{
    /// <summary>
    /// Every request of the turn is taken: decides what waited for that. The shell calls it once per turn (also per
    /// turn of timers, topics or beginning), before it appends the turn's records.
    /// </summary>
    public void EndTurn(GroupTurn turn)
    {
        while (turn.TryTakeEnding(out var groupId))
        {
            if (Find(groupId) is not { } group)
            {
                continue;
            }

            if (group.Members is ConsumerGroup { ShallBeClassic: true } consumer)
            {
                Downgrade(turn, group, consumer);
            }
            else
            {
                group.Members?.EndTurn(turn);
            }

            Settle(group);
        }
    }

    /// <summary>ConsumerGroupHeartbeat.</summary>
    public void ConsumerHeartbeat(
        GroupTurn turn, ConsumerHeartbeatCommand command, Reply<ConsumerHeartbeatResult> reply)
    {
        if (CheckHeartbeat(command) is var (refused, message))
        {
            turn.Answer(reply, new ConsumerHeartbeatResult { Error = refused, Message = message });
            return;
        }

        var isJoin = command.MemberEpoch == 0;
        var group = isJoin ? OpenForConsumer(turn, command.GroupId) : Find(command.GroupId);
        if (group?.Members is ConsumerGroup members)
        {
            members.Heartbeat(turn, command, reply);
            Settle(group);
            return;
        }

        turn.Answer(reply, new ConsumerHeartbeatResult
        {
            Error = isJoin ? ErrorCode.GroupIdNotFound : ErrorCode.UnknownMemberId,
            Message = isJoin
                ? $"Group {command.GroupId} is a classic group, which cannot take members of this protocol."
                : $"Group {command.GroupId} has no member {command.MemberId}.",
        });
    }

    /// <summary>ConsumerGroupDescribe, one group.</summary>
    public void DescribeConsumer(GroupTurn turn, string groupId, Reply<ConsumerGroupDescription> reply) => turn.Answer(
        reply,
        Find(groupId)?.Members is ConsumerGroup group
            ? group.Describe()
            : new ConsumerGroupDescription
            {
                GroupId = groupId,
                Error = ErrorCode.GroupIdNotFound,
                Message = $"Group {groupId} is not a consumer group.",
            });

    private (ErrorCode Error, string Message)? CheckHeartbeat(ConsumerHeartbeatCommand command)
    {
        if (!_context.Settings.ServesConsumerProtocol)
        {
            return (ErrorCode.UnsupportedVersion, "The broker serves no consumer groups.");
        }

        // A join may change the group's protocol, so nothing may be wrong with it any more by then.
        var refused = HeartbeatRules.Check(command, _context.Settings);
        return refused is null && command.MemberEpoch == 0 && Find(command.GroupId)?.Members is not ConsumerGroup &&
            command.TopicRegex is { Length: > 0 } expression &&
            HeartbeatRules.CheckPattern(expression, out _) is { Error: not ErrorCode.None } pattern
                ? pattern
                : refused;
    }

    private ConsumerGroup NewConsumerGroup(string id) => new(id, _context);

    private void ApplyConsumer(Group group, in GroupRecord record)
    {
        if (group.Members is not { Type: GroupType.Consumer })
        {
            if (record.Value is null)
            {
                return;
            }

            group.Members = NewConsumerGroup(group.Id);
        }

        if (record is { Key: ConsumerGroupMetadataKey, Value: null })
        {
            group.Members = null;
            return;
        }

        group.Members.Apply(record);
    }
}
