using ActorBroker.Assignors.Sticky;
using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// <c>sticky</c>: balanced, with as few moves as balance allows. Members give everything up before they join, and tell
/// what they had in their user data.
/// </summary>
public sealed class StickyAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "sticky";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics) =>
        StickyRules.Assign(members, topics);
}
