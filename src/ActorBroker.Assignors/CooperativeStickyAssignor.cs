using ActorBroker.Assignors.Sticky;
using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// <c>cooperative-sticky</c>: the balance of <c>sticky</c>, for members that keep what they own through a rebalance.
/// The answer is the goal; see <see cref="CooperativeHandover"/> for the way there.
/// </summary>
public sealed class CooperativeStickyAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "cooperative-sticky";

    /// <inheritdoc/>
    public bool IsCooperative => true;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics) =>
        StickyRules.Assign(members, topics);
}
