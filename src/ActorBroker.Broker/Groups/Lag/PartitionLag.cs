using ActorBroker.Records;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>How far a group is behind in one partition.</summary>
/// <param name="Partition">Where.</param>
public sealed record PartitionLag(TopicPartition Partition)
{
    /// <summary>The offset of the next record to read; null where the group has committed none.</summary>
    public long? CommittedOffset { get; init; }

    /// <summary>When it was committed, Unix milliseconds; null where it was not.</summary>
    public long? CommittedAtMs { get; init; }

    /// <summary>The client's note; empty mostly.</summary>
    public string Metadata { get; init; } = "";

    /// <summary>The first offset that can be read; null where this broker does not know the partition's ends.</summary>
    public long? LogStartOffset { get; init; }

    /// <summary>The high watermark: where everything is read; null where it is not known.</summary>
    public long? EndOffset { get; init; }

    /// <summary>
    /// Offsets that are left to read. What retention removed before it was read does not count any more. Null where it
    /// cannot be known.
    /// </summary>
    public long? Records { get; init; }

    /// <summary>
    /// The age of the first record that is left to read, in seconds: how long it has been waiting. 0 where nothing is
    /// left; null where it cannot be known, e.g. since the record has no timestamp.
    /// </summary>
    public double? Seconds { get; init; }

    /// <summary>The member that reads the partition; null where there is none, or it is not asked for.</summary>
    public string? MemberId { get; init; }
}
