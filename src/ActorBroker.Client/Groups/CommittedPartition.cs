using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>What a coordinator says of one partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">Its refusal.</param>
/// <param name="Committed">What the group has committed there; null for nothing.</param>
internal readonly record struct CommittedPartition(
    TopicPartition Partition, ErrorCode Error, OffsetAndMetadata? Committed)
{
    public static CommittedPartition Of(
        string topic, int partition, ErrorCode error, long offset, int epoch, string? metadata) => new(
        new TopicPartition(topic, partition),
        error,
        error == ErrorCode.None && offset >= 0 ? new OffsetAndMetadata(offset, epoch, metadata ?? "") : null);
}
