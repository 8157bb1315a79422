using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <content>The settings of logs and their cleaner.</content>
public static partial class BrokerKeys
{
    public static readonly ConfigKey<IReadOnlyList<string>> LogDirs = Keys.Broker.List(
        "log.dirs", ["./data"], null, ReadOnly,
        "The folders that hold the partitions, separated by commas. Kafka's default lies under /tmp; ours is ./data.");

    public static readonly ConfigKey<string?> LogDir = Keys.Broker.OptionalString(
        "log.dir", ReadOnly, "One data folder; log.dirs, when it is set, is used instead.");

    public static readonly ConfigKey<bool> AutoCreateTopicsEnable = Keys.Broker.Boolean(
        "auto.create.topics.enable", true, ReadOnly,
        "Whether a topic comes into being when a client first asks for its metadata.");

    public static readonly ConfigKey<int> NumPartitions = Keys.Broker.Int(
        "num.partitions", 1, AtLeast(1), ReadOnly, "How many partitions a topic has when its creator doesn't say.");

    public static readonly ConfigKey<int> NumRecoveryThreadsPerDataDir = Keys.Broker.Int(
        "num.recovery.threads.per.data.dir", 1, AtLeast(1), ClusterWide,
        "How many partitions of a data folder are opened or closed at the same time.");

    public static readonly ConfigKey<IReadOnlyList<string>> LogCleanupPolicy = Keys.Broker.List(
        "log.cleanup.policy", ["delete"], SomeOf("compact", "delete"), ClusterWide,
        "What happens to old records: delete, compact, or both. Default of the topic's cleanup.policy.");

    public static readonly ConfigKey<int> LogSegmentBytes = Keys.Broker.Int(
        "log.segment.bytes", 1073741824, AtLeast(14), ClusterWide,
        "The size at which a log starts a new segment. Default of the topic's segment.bytes.");

    public static readonly ConfigKey<long?> LogRollMs = Keys.Broker.OptionalLong(
        "log.roll.ms", AtLeastIfSet(1L), ClusterWide,
        "The age at which a log starts a new segment; log.roll.hours when unset. Default of the topic's segment.ms.");

    public static readonly ConfigKey<int> LogRollHours = Keys.Broker.Int(
        "log.roll.hours", 168, AtLeast(1), ReadOnly, "As log.roll.ms, in hours.");

    public static readonly ConfigKey<long?> LogRollJitterMs = Keys.Broker.OptionalLong(
        "log.roll.jitter.ms", AtLeastIfSet(0L), ClusterWide,
        "The most by which a segment is rolled earlier, so that logs don't all roll at once; log.roll.jitter.hours "
        + "when unset.");

    public static readonly ConfigKey<int> LogRollJitterHours = Keys.Broker.Int(
        "log.roll.jitter.hours", 0, AtLeast(0), ReadOnly, "As log.roll.jitter.ms, in hours.");

    public static readonly ConfigKey<long?> LogRetentionMs = Keys.Broker.OptionalLong(
        "log.retention.ms", AtLeastIfSet(-1L), ClusterWide,
        "How long records are kept, -1: for ever; log.retention.minutes when unset. Default of the topic's "
        + "retention.ms.");

    public static readonly ConfigKey<int?> LogRetentionMinutes = Keys.Broker.OptionalInt(
        "log.retention.minutes", AtLeastIfSet(-1), ReadOnly,
        "As log.retention.ms, in minutes; log.retention.hours when unset.");

    public static readonly ConfigKey<int> LogRetentionHours = Keys.Broker.Int(
        "log.retention.hours", 168, AtLeast(-1), ReadOnly, "As log.retention.ms, in hours.");

    public static readonly ConfigKey<long> LogRetentionBytes = Keys.Broker.Long(
        "log.retention.bytes", -1, AtLeast(-1L), ClusterWide,
        "The size that a partition's log is cut back to, -1: no limit. Default of the topic's retention.bytes.");

    public static readonly ConfigKey<long> LogRetentionCheckIntervalMs = Keys.Broker.Long(
        "log.retention.check.interval.ms", 300000, AtLeast(1L), ReadOnly,
        "How often logs are looked at for segments to delete.");

    public static readonly ConfigKey<long> LogSegmentDeleteDelayMs = Keys.Broker.Long(
        "log.segment.delete.delay.ms", 60000, AtLeast(0L), ClusterWide,
        "How long the file of a deleted segment stays on disk. Default of the topic's file.delete.delay.ms.");

    public static readonly ConfigKey<int> LogIndexIntervalBytes = Keys.Broker.Int(
        "log.index.interval.bytes", 4096, AtLeast(0), ClusterWide,
        "The bytes of log between two index entries. Default of the topic's index.interval.bytes.");

    public static readonly ConfigKey<int> LogIndexSizeMaxBytes = Keys.Broker.Int(
        "log.index.size.max.bytes", 10485760, AtLeast(4), ClusterWide,
        "The largest index file; a full one starts a new segment. Default of the topic's segment.index.bytes.");

    public static readonly ConfigKey<long> LogFlushIntervalMessages = Keys.Broker.Long(
        "log.flush.interval.messages", long.MaxValue, AtLeast(1L), ClusterWide,
        "How many records may be unflushed before the log is forced to disk; 1: flush before each acknowledgement. "
        + "Default of the topic's flush.messages.");

    public static readonly ConfigKey<long?> LogFlushIntervalMs = Keys.Broker.OptionalLong(
        "log.flush.interval.ms", AtLeastIfSet(0L), ClusterWide,
        "How long a record may be unflushed; log.flush.scheduler.interval.ms when unset. Default of the topic's "
        + "flush.ms.");

    public static readonly ConfigKey<long> LogFlushSchedulerIntervalMs = Keys.Broker.Long(
        "log.flush.scheduler.interval.ms", long.MaxValue, AtLeast(1L), ReadOnly,
        "How often logs are looked at for records to force to disk.");

    public static readonly ConfigKey<int> LogFlushOffsetCheckpointIntervalMs = Keys.Broker.Int(
        "log.flush.offset.checkpoint.interval.ms", 60000, AtLeast(0), ReadOnly,
        "How often the recovery points are written: below them, a start after a crash reads nothing again.");

    public static readonly ConfigKey<int> LogFlushStartOffsetCheckpointIntervalMs = Keys.Broker.Int(
        "log.flush.start.offset.checkpoint.interval.ms", 60000, AtLeast(0), ReadOnly,
        "How often the log start offsets are written.");

    public static readonly ConfigKey<bool> LogPreallocate = Keys.Broker.Boolean(
        "log.preallocate", false, ClusterWide,
        "Whether a new segment's whole size is reserved on disk. Default of the topic's preallocate.");

    public static readonly ConfigKey<string> LogMessageTimestampType = Keys.Broker.String(
        "log.message.timestamp.type", "CreateTime", OneOf("CreateTime", "LogAppendTime"), ClusterWide,
        "Whose clock stamps records: the producer's or the broker's. Default of the topic's message.timestamp.type.");

    public static readonly ConfigKey<long> LogMessageTimestampBeforeMaxMs = Keys.Broker.Long(
        "log.message.timestamp.before.max.ms", long.MaxValue, AtLeast(0L), ClusterWide,
        "How far a record's time may lie in the past. Default of the topic's message.timestamp.before.max.ms.");

    public static readonly ConfigKey<long> LogMessageTimestampAfterMaxMs = Keys.Broker.Long(
        "log.message.timestamp.after.max.ms", long.MaxValue, AtLeast(0L), ClusterWide,
        "How far a record's time may lie in the future. Default of the topic's message.timestamp.after.max.ms.");

    public static readonly ConfigKey<long> LogMessageTimestampDifferenceMaxMs = Keys.Broker.Long(
        "log.message.timestamp.difference.max.ms", long.MaxValue, AtLeast(0L), ClusterWide,
        "The older name for both limits at once; the two newer settings win where they are set.");

    public static readonly ConfigKey<bool> LogCleanerEnable = Keys.Broker.Boolean(
        "log.cleaner.enable", true, ReadOnly, "Whether logs with the compact policy are compacted.");

    public static readonly ConfigKey<int> LogCleanerThreads = Keys.Broker.Int(
        "log.cleaner.threads", 1, AtLeast(0), ClusterWide, "How many logs may be compacted at the same time.");

    public static readonly ConfigKey<long> LogCleanerDedupeBufferSize = Keys.Broker.Long(
        "log.cleaner.dedupe.buffer.size", 134217728, AtLeast(1048576L), ClusterWide,
        "The memory of all cleaner threads for telling which records are superseded.");

    public static readonly ConfigKey<long> LogCleanerBackoffMs = Keys.Broker.Long(
        "log.cleaner.backoff.ms", 15000, AtLeast(0L), ClusterWide, "How long the cleaner rests when no log needs it.");

    public static readonly ConfigKey<double> LogCleanerMinCleanableRatio = Keys.Broker.Double(
        "log.cleaner.min.cleanable.ratio", 0.5, Between(0.0, 1.0), ClusterWide,
        "A log is compacted when this part of it is new. Default of the topic's min.cleanable.dirty.ratio.");

    public static readonly ConfigKey<long> LogCleanerDeleteRetentionMs = Keys.Broker.Long(
        "log.cleaner.delete.retention.ms", 86400000, AtLeast(0L), ClusterWide,
        "How long a compacted log keeps tombstones. Default of the topic's delete.retention.ms.");

    public static readonly ConfigKey<long> LogCleanerMinCompactionLagMs = Keys.Broker.Long(
        "log.cleaner.min.compaction.lag.ms", 0, AtLeast(0L), ClusterWide,
        "Younger records are not compacted. Default of the topic's min.compaction.lag.ms.");

    public static readonly ConfigKey<long> LogCleanerMaxCompactionLagMs = Keys.Broker.Long(
        "log.cleaner.max.compaction.lag.ms", long.MaxValue, AtLeast(1L), ClusterWide,
        "Older records are compacted whatever the ratio. Default of the topic's max.compaction.lag.ms.");
}
