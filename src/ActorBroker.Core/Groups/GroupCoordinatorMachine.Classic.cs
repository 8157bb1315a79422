// The classic protocol's part of the coordinator.
using ActorBroker.Core.Groups.Classic;
using ActorBroker.Core.Groups.Records;

namespace ActorBroker.Core.Groups;

public sealed partial class GroupCoordinatorMachine
{
    /// <summary>DescribeGroups, one group.</summary>
    /// <remarks>A group that speaks KIP-848 does not exist here, as an unknown one: it is <c>Dead</c>.</remarks>
    public void Describe(GroupTurn turn, string groupId, Reply<ClassicGroupDescription> reply) => turn.Answer(
        reply,
        Find(groupId) switch
        {
            { Members: ClassicGroup classic } => classic.Describe(),
            { Members: null } => new ClassicGroupDescription { GroupId = groupId, State = "Empty" },
            _ => new ClassicGroupDescription { GroupId = groupId },
        });

    private ClassicGroup NewClassicGroup(string id) => new(id, _context);

    private void ApplyClassic(Group group, in GroupRecord record)
    {
        if (record.Value is null)
        {
            group.Members = group.Members is { Type: GroupType.Classic } ? null : group.Members;
            return;
        }

        if (group.Members is not { Type: GroupType.Classic })
        {
            group.Members = NewClassicGroup(group.Id);
        }

        group.Members.Apply(record);
    }
}
