// KIP-848's part of the coordinator.
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;

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
            if (Find(groupId) is { Members: { } members } group)
            {
                members.EndTurn(turn);
                Settle(group);
            }
        }
    }

    /// <summary>ConsumerGroupHeartbeat.</summary>
    public void ConsumerHeartbeat(
        GroupTurn turn, ConsumerHeartbeatCommand command, Reply<ConsumerHeartbeatResult> reply) =>
        throw new NotImplementedException();

    /// <summary>ConsumerGroupDescribe, one group.</summary>
    public void DescribeConsumer(GroupTurn turn, string groupId, Reply<ConsumerGroupDescription> reply) =>
        throw new NotImplementedException();

    private CoordinatedGroup NewConsumerGroup(string id) => throw new NotImplementedException(id);

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
