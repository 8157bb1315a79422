using System.Diagnostics;
using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A record that was read, or the notice that a partition's end is reached.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public readonly record struct ConsumeResult<TKey, TValue>
{
    /// <summary>The record's partition.</summary>
    public required TopicPartition TopicPartition { get; init; }

    /// <summary>The record's topic.</summary>
    public string Topic => TopicPartition.Topic;

    /// <summary>The record's partition's number.</summary>
    public int Partition => TopicPartition.Partition;

    /// <summary>The record's offset; at an end, the offset that the next record will have.</summary>
    public required long Offset { get; init; }

    /// <summary>
    /// The epoch of the leader that appended the record, which belongs to a commit; -1 where unknown.
    /// </summary>
    public int LeaderEpoch { get; init; }

    /// <summary>Unix milliseconds; -1 where the producer gave none.</summary>
    public long TimestampMs { get; init; }

    /// <summary>Whose time that is.</summary>
    public TimestampType TimestampType { get; init; }

    /// <summary>The key.</summary>
    public TKey Key { get; init; }

    /// <summary>The value.</summary>
    public TValue Value { get; init; }

    /// <summary>The headers; empty for none.</summary>
    public IReadOnlyList<RecordHeader> Headers { get; init; }

    /// <summary>
    /// True where this is no record but the notice of <see cref="ConsumerOptions.EnablePartitionEof"/>.
    /// </summary>
    public bool IsPartitionEof { get; init; }

    internal string ClientId { get; init; }

    /// <summary>
    /// Begins a <c>process</c> span whose link is the producer's span, where the record's headers tell of one; null
    /// where nobody listens. Dispose it when the record is processed.
    /// </summary>
    public Activity? StartProcessing() => RecordTracing.IsListening && !IsPartitionEof
        ? RecordTracing.StartProcess(Topic, Partition, Offset, ClientId, Headers)
        : null;
}
