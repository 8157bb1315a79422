using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Groups.Records;

/// <summary>
/// One record of <c>__consumer_offsets</c>, in Kafka's stored format. The key's type tells what it is.
/// </summary>
/// <param name="Key">The key, e.g. an <c>OffsetCommitKey</c>.</param>
/// <param name="Value">The value that belongs to it; null deletes (a tombstone).</param>
public readonly record struct GroupRecord(IApiMessage Key, IApiMessage? Value)
{
    /// <summary>The group that the record is about.</summary>
    public string GroupId => Key switch
    {
        OffsetCommitKey key => key.Group,
        GroupMetadataKey key => key.Group,
        ConsumerGroupMetadataKey key => key.GroupId,
        ConsumerGroupPartitionMetadataKey key => key.GroupId,
        ConsumerGroupMemberMetadataKey key => key.GroupId,
        ConsumerGroupTargetAssignmentMetadataKey key => key.GroupId,
        ConsumerGroupTargetAssignmentMemberKey key => key.GroupId,
        ConsumerGroupCurrentMemberAssignmentKey key => key.GroupId,
        ConsumerGroupRegularExpressionKey key => key.GroupId,
        _ => throw new InvariantViolationException($"{Key.GetType().Name} is no key of a group's record"),
    };
}
