using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// A deserializer refused a record's key or value. The position stays before the record: seek past it to skip it.
/// </summary>
public sealed class DeserializationException : KafkaException
{
    /// <summary>A refusal for the reason that <paramref name="cause"/> gives.</summary>
    public DeserializationException(TopicPartition partition, long offset, RecordPart part, Exception cause)
        : base($"The {Name(part)} of {partition} at offset {offset}: {cause?.Message}", cause)
    {
        TopicPartition = partition;
        Offset = offset;
        Part = part;
    }

    /// <summary>The record's partition.</summary>
    public TopicPartition TopicPartition { get; }

    /// <summary>The record's offset.</summary>
    public long Offset { get; }

    /// <summary>Key or value.</summary>
    public RecordPart Part { get; }

    private static string Name(RecordPart part) => part == RecordPart.Key ? "key" : "value";
}
