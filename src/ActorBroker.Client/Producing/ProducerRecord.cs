using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A record to send. Its bytes are copied before sending returns.</summary>
public readonly record struct ProducerRecord
{
    /// <summary>The key; null for none. Without an explicit partition it decides where the record goes.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The value; null marks a deletion on a compacted topic.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>The headers; null for none.</summary>
    public IReadOnlyList<RecordHeader>? Headers { get; init; }

    /// <summary>Unix milliseconds; null for now.</summary>
    public long? TimestampMs { get; init; }

    /// <summary>The partition; null lets key or stickiness decide.</summary>
    public int? Partition { get; init; }
}
