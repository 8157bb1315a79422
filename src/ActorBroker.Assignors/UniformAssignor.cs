using ActorBroker.Assignors.Sticky;
using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// <c>uniform</c>: the server's default (KIP-848). Members get equal shares of everything, and keep what they have as
/// far as that allows; members' <see cref="GroupMember.Owned"/> is the target assignment so far.
/// </summary>
public sealed class UniformAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public bool IsCooperative => true;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics) =>
        StickyRules.Assign(members, topics);
}
