namespace ActorBroker.Records;

/// <summary>What a batch's header says beyond its records. The defaults are those of a plain producer.</summary>
public sealed record RecordBatchOptions
{
    /// <summary>No compression, no producer id.</summary>
    public static RecordBatchOptions Default { get; } = new();

    /// <summary>How the records are compressed.</summary>
    public CompressionCodec Codec { get; init; }

    /// <summary>The codec's level, or null for its default.</summary>
    public int? Level { get; init; }

    /// <summary>Offset of the first record; the broker sets it.</summary>
    public long BaseOffset { get; init; }

    /// <summary>Epoch of the appending leader; the broker sets it.</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>Idempotent producer, or -1.</summary>
    public long ProducerId { get; init; } = -1;

    /// <summary>Its epoch, or -1.</summary>
    public short ProducerEpoch { get; init; } = -1;

    /// <summary>Sequence of the first record, or -1.</summary>
    public int BaseSequence { get; init; } = -1;

    /// <summary>Part of a transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>Holds a control record.</summary>
    public bool IsControl { get; init; }

    /// <summary>With <c>LogAppendTime</c>, the maximum timestamp is the time of all records.</summary>
    public TimestampType TimestampType { get; init; }

    /// <summary>Stored in place of the base timestamp (attribute bit 6): set by compaction.</summary>
    public long? DeleteHorizonMs { get; init; }

    /// <summary>Where the batch spans more offsets than its records show: kept by compaction.</summary>
    public int? LastOffsetDelta { get; init; }

    /// <summary>Where the maximum timestamp is not that of the records.</summary>
    public long? MaxTimestampMs { get; init; }

    /// <summary>The attribute bits of the header.</summary>
    public short Attributes => (short)((int)Codec
        | (TimestampType == TimestampType.LogAppendTime ? 0x08 : 0)
        | (IsTransactional ? 0x10 : 0)
        | (IsControl ? 0x20 : 0)
        | (DeleteHorizonMs is null ? 0 : 0x40));
}
