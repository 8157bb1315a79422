using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// A batch came that cannot be read: its checksum is wrong, it does not unpack, or its records contradict its header.
/// The position stays before it: read again to fetch it again, or seek past it.
/// </summary>
public sealed class CorruptBatchException : KafkaException
{
    /// <summary>A batch of which <paramref name="what"/> is true.</summary>
    public CorruptBatchException(TopicPartition partition, long offset, string what)
        : base($"The batch of {partition} at or after offset {offset} {what}.")
    {
        TopicPartition = partition;
        Offset = offset;
    }

    /// <summary>The batch's partition.</summary>
    public TopicPartition TopicPartition { get; }

    /// <summary>The position that was read.</summary>
    public long Offset { get; }
}
