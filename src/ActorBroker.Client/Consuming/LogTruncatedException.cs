using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// A new leader's log ends before what was read of an old leader's (KIP-320): records were read that are lost. Seek to
/// <see cref="DivergingOffset"/> to read what stands there now.
/// </summary>
public sealed class LogTruncatedException : KafkaException
{
    /// <summary>A log that was cut below the position.</summary>
    public LogTruncatedException(TopicPartition partition, long position, long divergingOffset)
        : base($"The log of {partition} was cut at offset {divergingOffset}, below the position {position}: its new " +
            "leader lacks records that were read.")
    {
        TopicPartition = partition;
        Position = position;
        DivergingOffset = divergingOffset;
    }

    /// <summary>The partition.</summary>
    public TopicPartition TopicPartition { get; }

    /// <summary>Where reading stood.</summary>
    public long Position { get; }

    /// <summary>The first offset whose record may differ from what was read.</summary>
    public long DivergingOffset { get; }
}
