using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A key and a value to send, with what belongs to them.</summary>
/// <typeparam name="TKey">The type of the key.</typeparam>
/// <typeparam name="TValue">The type of the value.</typeparam>
/// <param name="Key">The key; without an explicit partition it decides where the record goes.</param>
/// <param name="Value">The value.</param>
public readonly record struct Message<TKey, TValue>(TKey Key, TValue Value)
{
    /// <summary>The headers; null for none.</summary>
    public IReadOnlyList<RecordHeader>? Headers { get; init; }

    /// <summary>When it happened; null for now.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The partition; null lets the partitioner decide.</summary>
    public int? Partition { get; init; }
}
