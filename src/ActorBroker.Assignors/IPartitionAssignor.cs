using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// Decides who reads which partition. A pure function: the same members and topics, in whatever order, give the same
/// answer; every partition of a subscribed topic goes to exactly one of its subscribers.
/// </summary>
public interface IPartitionAssignor
{
    /// <summary>The name on the wire, e.g. <c>range</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Members keep what they own through a rebalance (KIP-429). A classic group's leader then lets
    /// <see cref="CooperativeHandover"/> hold back what moves, which comes in the rebalance after.
    /// </summary>
    bool IsCooperative => false;

    /// <summary>
    /// Assigns. The answer has every member, also those that get nothing; topics that nobody knows of are passed over.
    /// </summary>
    IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics);
}
