using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// The group has committed nothing for a partition, and <see cref="AutoOffsetReset.None"/> leaves it to the user: seek,
/// in the handler of assigned partitions or now.
/// </summary>
public sealed class NoCommittedOffsetException : KafkaException
{
    /// <summary>Nothing is committed for <paramref name="partition"/>.</summary>
    public NoCommittedOffsetException(string groupId, TopicPartition partition)
        : base($"The group '{groupId}' has committed nothing for {partition}, and AutoOffsetReset is None.") =>
        TopicPartition = partition;

    /// <summary>The partition.</summary>
    public TopicPartition TopicPartition { get; }
}
