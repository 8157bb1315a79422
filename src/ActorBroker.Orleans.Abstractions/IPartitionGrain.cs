using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans;

/// <summary>
/// The door to a partition's leader. It is on the silo that leads; a call that finds it elsewhere, as the leader has
/// moved, is answered <see cref="ErrorCode.NotLeaderOrFollower"/>, and the next one finds it in its place. Its key:
/// <see cref="PartitionKey"/>.
/// </summary>
[Alias("ActorBroker.IPartitionGrain")]
public interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>Appends a batch.</summary>
    [Alias("Produce")]
    Task<ProduceAnswer> ProduceAsync(ProduceBatch batch);

    /// <summary>Reads committed batches; where there are none yet it waits for them, but not for ever.</summary>
    [Alias("Fetch")]
    Task<FetchAnswer> FetchAsync(FetchBatches query);

    /// <summary>Finds an offset by a time, or an end of the log.</summary>
    /// <param name="timestampMs">Unix milliseconds; -1: the end, -2: the beginning.</param>
    /// <param name="readCommitted">The end is the last stable offset.</param>
    [Alias("ListOffset")]
    Task<OffsetAnswer> ListOffsetAsync(long timestampMs, bool readCommitted);

    /// <summary>How far the log goes.</summary>
    [Alias("Describe")]
    Task<PartitionDescription> DescribeAsync();
}

/// <summary>A batch to append.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.ProduceBatch")]
public readonly record struct ProduceBatch
{
    /// <summary>
    /// The longest that a call waits, in milliseconds: its answer comes before Orleans gives the call up.
    /// </summary>
    public const int TimeoutMsMax = 20_000;

    /// <summary>One record batch of format 2, as a Kafka client would send it.</summary>
    [Id(0)]
    public required RecordBytes Records { get; init; }

    /// <summary>-1: answered once it is committed; 1: once the leader has it; 0: as 1.</summary>
    [Id(1)]
    public short Acks { get; init; }

    /// <summary>
    /// How long it may take until it is committed, in milliseconds, up to <see cref="TimeoutMsMax"/>; 0: so long.
    /// </summary>
    [Id(2)]
    public int TimeoutMs { get; init; }
}

/// <summary>What became of a batch.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="BaseOffset">Offset of its first record; -1 after an error.</param>
/// <param name="LogAppendTimeMs">The broker's time, where the topic stamps records; else -1.</param>
/// <param name="Message">What was wrong.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ProduceAnswer")]
public readonly record struct ProduceAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] long BaseOffset = -1,
    [property: Id(2)] long LogAppendTimeMs = -1, [property: Id(3)] string? Message = null);

/// <summary>What a reader wants.</summary>
/// <param name="Offset">The first offset.</param>
/// <param name="MaxBytes">At most so much, yet one batch if there is one.</param>
/// <param name="MaxWaitMs">How long to wait for the first batch; at most ten seconds are waited.</param>
/// <param name="ReadCommitted">Nothing of open transactions.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.FetchBatches")]
public readonly record struct FetchBatches(
    [property: Id(0)] long Offset, [property: Id(1)] int MaxBytes, [property: Id(2)] int MaxWaitMs,
    [property: Id(3)] bool ReadCommitted = false);

/// <summary>What a reader gets.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.FetchAnswer")]
public readonly record struct FetchAnswer
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>Everything below is committed; -1 where unknown.</summary>
    [Id(1)]
    public long HighWatermark { get; init; }

    /// <summary>Everything below is committed and of a decided transaction; -1 where unknown.</summary>
    [Id(2)]
    public long LastStableOffset { get; init; }

    /// <summary>The first offset; -1 where unknown.</summary>
    [Id(3)]
    public long LogStartOffset { get; init; }

    /// <summary>Whole batches; the first may begin before the offset that was asked for.</summary>
    [Id(4)]
    public RecordBytes Records { get; init; }
}

/// <summary>An offset.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="Offset">The offset; -1 for none.</param>
/// <param name="TimestampMs">Its record's time; -1 for none.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.OffsetAnswer")]
public readonly record struct OffsetAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] long Offset = -1, [property: Id(2)] long TimestampMs = -1);

/// <summary>A partition as its leader knows it.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="LeaderId">The broker that leads it; -1 where nobody does.</param>
/// <param name="LeaderEpoch">Its leadership.</param>
/// <param name="LogStartOffset">The first offset.</param>
/// <param name="HighWatermark">Everything below is committed.</param>
/// <param name="LogEndOffset">The next offset.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.PartitionDescription")]
public readonly record struct PartitionDescription(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] int LeaderId = -1, [property: Id(2)] int LeaderEpoch = -1,
    [property: Id(3)] long LogStartOffset = -1, [property: Id(4)] long HighWatermark = -1,
    [property: Id(5)] long LogEndOffset = -1);
