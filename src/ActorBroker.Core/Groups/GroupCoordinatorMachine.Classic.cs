// The classic protocol's part of the coordinator.
using ActorBroker.Core.Groups.Records;

namespace ActorBroker.Core.Groups;

public sealed partial class GroupCoordinatorMachine
{
    /// <summary>DescribeGroups, one group.</summary>
    public void Describe(GroupTurn turn, string groupId, Reply<ClassicGroupDescription> reply) =>
        throw new NotImplementedException();

    private CoordinatedGroup NewClassicGroup(string id) => throw new NotImplementedException(id);

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
