// A group id changes its protocol: freely while nobody is in the group, and with its members where the policy allows.
// The group's entry and its offsets stay.
using ActorBroker.Core.Groups.Classic;
using ActorBroker.Core.Groups.Consumer;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

public sealed partial class GroupCoordinatorMachine
{
    /// <summary>The group for a classic join.</summary>
    private Group OpenForClassic(GroupTurn turn, string groupId)
    {
        var group = GetOrAdd(groupId);
        if (group.Members is ConsumerGroup { MemberCount: 0 } empty)
        {
            empty.Delete(turn);
            group = GetOrAdd(groupId);
        }

        group.Members ??= NewClassicGroup(groupId);
        return group;
    }

    /// <summary>The group for a join of KIP-848; null where a classic group has the name and keeps it.</summary>
    private Group? OpenForConsumer(GroupTurn turn, string groupId)
    {
        var group = GetOrAdd(groupId);
        if (group.Members is ClassicGroup { MemberCount: 0 } empty)
        {
            empty.Delete(turn);
            group = GetOrAdd(groupId);
            group.Members = null;
        }
        else if (group.Members is ClassicGroup classic)
        {
            if (!ConsumerGroup.CanTakeOver(classic, _context.Settings))
            {
                return null;
            }

            ConsumerGroup.TakeOver(turn, classic, _context);
            group.Members!.Begin(turn);
            turn.CallAtEnd(groupId);
        }

        group.Members ??= NewConsumerGroup(groupId);
        return group;
    }

    /// <summary>The last member of KIP-848 is gone: the others go on among themselves.</summary>
    private static void Downgrade(GroupTurn turn, Group group, ConsumerGroup consumer)
    {
        var waiting = consumer.HandOver(turn);
        var classic = (ClassicGroup)group.Members!;
        classic.Begin(turn);
        classic.Rebalance(turn);
        foreach (var each in waiting)
        {
            if (each is WaitingJoin join)
            {
                classic.Join(turn, join.Command, join.Reply);
            }
            else
            {
                each.Fail(turn, ErrorCode.UnknownMemberId);
            }
        }
    }
}
