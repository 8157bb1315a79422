using ActorBroker.Records;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// A topic's settings as its log and its machine use them: an immutable snapshot, made anew when a setting changes.
/// Names, units and defaults are Kafka's topic configs.
/// </summary>
public sealed record LogConfig
{
    /// <summary>Kafka's defaults.</summary>
    public static LogConfig Default { get; } = new();

    /// <summary><c>segment.bytes</c>: roll when the next batch would pass this size.</summary>
    public int SegmentBytes { get; init; } = 1 << 30;

    /// <summary><c>segment.ms</c>: roll when the segment's first batch is older than this.</summary>
    public long SegmentMs { get; init; } = 604_800_000;

    /// <summary>
    /// <c>segment.jitter.ms</c>: up to this much is taken off <see cref="SegmentMs"/>, segment by segment.
    /// </summary>
    public long SegmentJitterMs { get; init; }

    /// <summary><c>segment.index.bytes</c>: the size limit of an index file; a full index rolls the segment.</summary>
    public int SegmentIndexBytes { get; init; } = 10 << 20;

    /// <summary><c>index.interval.bytes</c>: log bytes between two index entries.</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary><c>retention.ms</c>; -1: no limit.</summary>
    public long RetentionMs { get; init; } = 604_800_000;

    /// <summary><c>retention.bytes</c>; -1: no limit.</summary>
    public long RetentionBytes { get; init; } = -1;

    /// <summary>
    /// <c>file.delete.delay.ms</c>: how long a removed file stays on disk under its <c>.deleted</c> name.
    /// </summary>
    public long FileDeleteDelayMs { get; init; } = 60_000;

    /// <summary><c>cleanup.policy</c> lists <c>delete</c>.</summary>
    public bool Delete { get; init; } = true;

    /// <summary><c>cleanup.policy</c> lists <c>compact</c>.</summary>
    public bool Compact { get; init; }

    /// <summary><c>delete.retention.ms</c>: how long a tombstone outlives its cleaning.</summary>
    public long DeleteRetentionMs { get; init; } = 86_400_000;

    /// <summary><c>min.cleanable.dirty.ratio</c>: clean when dirty bytes / all bytes reaches this.</summary>
    public double MinCleanableDirtyRatio { get; init; } = 0.5;

    /// <summary><c>min.compaction.lag.ms</c>: younger records are left alone.</summary>
    public long MinCompactionLagMs { get; init; }

    /// <summary><c>max.compaction.lag.ms</c>: older dirty records force a cleaning.</summary>
    public long MaxCompactionLagMs { get; init; } = long.MaxValue;

    /// <summary>
    /// <c>flush.messages</c>: fsync when this many records are unflushed; 1: before each acknowledgement.
    /// </summary>
    public long FlushMessages { get; init; } = long.MaxValue;

    /// <summary><c>flush.ms</c>: fsync when the oldest unflushed record is older than this.</summary>
    public long FlushMs { get; init; } = long.MaxValue;

    /// <summary><c>max.message.bytes</c>: the largest batch, header included, after compression.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary><c>message.timestamp.type</c>.</summary>
    public TimestampType MessageTimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary><c>message.timestamp.before.max.ms</c>: how far a record's time may lie in the past.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.after.max.ms</c>: how far a record's time may lie in the future.</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>compression.type</c>; null: <c>producer</c>, keep what the producer used.</summary>
    public CompressionCodec? Compression { get; init; }

    /// <summary>
    /// <c>compression.gzip.level</c>, <c>.lz4.level</c> or <c>.zstd.level</c> of <see cref="Compression"/>.
    /// </summary>
    public int? CompressionLevel { get; init; }

    /// <summary><c>min.insync.replicas</c>: fewer in sync refuse acks=all.</summary>
    public int MinInsyncReplicas { get; init; } = 1;

    /// <summary><c>unclean.leader.election.enable</c>.</summary>
    public bool UncleanLeaderElection { get; init; }

    /// <summary><c>preallocate</c>: reserve a new segment's whole size on disk.</summary>
    public bool Preallocate { get; init; }

    /// <summary><c>leader.replication.throttled.replicas</c>.</summary>
    public ThrottledReplicas LeaderThrottled { get; init; } = ThrottledReplicas.None;

    /// <summary><c>follower.replication.throttled.replicas</c>.</summary>
    public ThrottledReplicas FollowerThrottled { get; init; } = ThrottledReplicas.None;
}
