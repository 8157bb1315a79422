using System.Diagnostics.CodeAnalysis;
using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Broker = ActorBroker.Core.Configuration.BrokerKeys;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <summary>
/// The topic settings that this broker honours; where a topic doesn't set one, its broker synonyms do.
/// </summary>
public static class TopicKeys
{
    public static readonly ConfigKey<IReadOnlyList<string>> CleanupPolicy = Keys.Topic.List(
        "cleanup.policy", ["delete"], SomeOf("compact", "delete"), Topic,
        "What happens to old records: delete drops whole segments by age and size, compact keeps the last record of "
        + "each "
        + "key, both does both.",
        new BrokerSynonym(Broker.LogCleanupPolicy));

    public static readonly ConfigKey<int> CompressionGzipLevel = Keys.Topic.Int(
        "compression.gzip.level", -1, ValueOrBetween(-1, 1, 9), Topic,
        "The level when the broker compresses with gzip; -1 is the codec's own default.",
        new BrokerSynonym(Broker.CompressionGzipLevel));

    public static readonly ConfigKey<int> CompressionLz4Level = Keys.Topic.Int(
        "compression.lz4.level", 9, Between(1, 17), Topic, "The level when the broker compresses with lz4.",
        new BrokerSynonym(Broker.CompressionLz4Level));

    public static readonly ConfigKey<string> CompressionType = Keys.Topic.String(
        "compression.type", "producer", OneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"), Topic,
        "The codec that stored batches have; producer keeps what arrived, any other makes the broker recompress.",
        new BrokerSynonym(Broker.CompressionType));

    public static readonly ConfigKey<int> CompressionZstdLevel = Keys.Topic.Int(
        "compression.zstd.level", 3, Between(-131072, 22), Topic, "The level when the broker compresses with zstd.",
        new BrokerSynonym(Broker.CompressionZstdLevel));

    public static readonly ConfigKey<long> DeleteRetentionMs = Keys.Topic.Long(
        "delete.retention.ms", 86400000, AtLeast(0L), Topic,
        "How long a compacted log keeps tombstones, so that slow readers see the deletion.",
        new BrokerSynonym(Broker.LogCleanerDeleteRetentionMs));

    public static readonly ConfigKey<long> FileDeleteDelayMs = Keys.Topic.Long(
        "file.delete.delay.ms", 60000, AtLeast(0L), Topic, "How long the file of a deleted segment stays on disk.",
        new BrokerSynonym(Broker.LogSegmentDeleteDelayMs));

    public static readonly ConfigKey<long> FlushMessages = Keys.Topic.Long(
        "flush.messages", long.MaxValue, AtLeast(1L), Topic,
        "How many records may be unflushed before the log is forced to disk; 1: flush before each acknowledgement.",
        new BrokerSynonym(Broker.LogFlushIntervalMessages));

    public static readonly ConfigKey<long> FlushMs = Keys.Topic.Long(
        "flush.ms", long.MaxValue, AtLeast(0L), Topic, "How long a record may be unflushed.",
        new BrokerSynonym(Broker.LogFlushIntervalMs), new BrokerSynonym(Broker.LogFlushSchedulerIntervalMs));

    public static readonly ConfigKey<IReadOnlyList<string>> FollowerThrottledReplicas = Keys.Topic.List(
        "follower.replication.throttled.replicas", [], Replicas(), Topic,
        "The replicas that take over no more than their broker's follower.replication.throttled.rate while they are "
        + "out of sync: partition:broker, or * for all.");

    public static readonly ConfigKey<int> IndexIntervalBytes = Keys.Topic.Int(
        "index.interval.bytes", 4096, AtLeast(0), Topic, "The bytes of log between two index entries.",
        new BrokerSynonym(Broker.LogIndexIntervalBytes));

    public static readonly ConfigKey<long> MaxCompactionLagMs = Keys.Topic.Long(
        "max.compaction.lag.ms", long.MaxValue, AtLeast(1L), Topic, "Older records are compacted whatever the ratio.",
        new BrokerSynonym(Broker.LogCleanerMaxCompactionLagMs));

    public static readonly ConfigKey<IReadOnlyList<string>> LeaderThrottledReplicas = Keys.Topic.List(
        "leader.replication.throttled.replicas", [], Replicas(), Topic,
        "The replicas that, while they lead, send no more than their broker's leader.replication.throttled.rate to "
        + "followers that are out of sync: partition:broker, or * for all.");

    public static readonly ConfigKey<int> MaxMessageBytes = Keys.Topic.Int(
        "max.message.bytes", 1048588, AtLeast(0), Topic,
        "The largest record batch, header included, after compression.",
        new BrokerSynonym(Broker.MessageMaxBytes));

    public static readonly ConfigKey<long> MessageTimestampAfterMaxMs = Keys.Topic.Long(
        "message.timestamp.after.max.ms", long.MaxValue, AtLeast(0L), Topic,
        "How far a record's time may lie in the future of the broker's clock.",
        new BrokerSynonym(Broker.LogMessageTimestampAfterMaxMs));

    public static readonly ConfigKey<long> MessageTimestampBeforeMaxMs = Keys.Topic.Long(
        "message.timestamp.before.max.ms", long.MaxValue, AtLeast(0L), Topic,
        "How far a record's time may lie in the past of the broker's clock.",
        new BrokerSynonym(Broker.LogMessageTimestampBeforeMaxMs));

    public static readonly ConfigKey<long> MessageTimestampDifferenceMaxMs = Keys.Topic.Long(
        "message.timestamp.difference.max.ms", long.MaxValue, AtLeast(0L), Topic,
        "The older name for both limits at once; the two newer settings win where they are set.",
        new BrokerSynonym(Broker.LogMessageTimestampDifferenceMaxMs));

    public static readonly ConfigKey<string> MessageTimestampType = Keys.Topic.String(
        "message.timestamp.type", "CreateTime", OneOf("CreateTime", "LogAppendTime"), Topic,
        "Whose clock stamps records: the producer's or the broker's.",
        new BrokerSynonym(Broker.LogMessageTimestampType));

    public static readonly ConfigKey<double> MinCleanableDirtyRatio = Keys.Topic.Double(
        "min.cleanable.dirty.ratio", 0.5, Between(0.0, 1.0), Topic, "A log is compacted when this part of it is new.",
        new BrokerSynonym(Broker.LogCleanerMinCleanableRatio));

    public static readonly ConfigKey<long> MinCompactionLagMs = Keys.Topic.Long(
        "min.compaction.lag.ms", 0, AtLeast(0L), Topic, "Younger records are not compacted.",
        new BrokerSynonym(Broker.LogCleanerMinCompactionLagMs));

    public static readonly ConfigKey<int> MinInsyncReplicas = Keys.Topic.Int(
        "min.insync.replicas", 1, AtLeast(1), Topic,
        "With fewer replicas in sync, produce requests with acks=all are refused.",
        new BrokerSynonym(Broker.MinInsyncReplicas));

    public static readonly ConfigKey<bool> Preallocate = Keys.Topic.Boolean(
        "preallocate", false, Topic, "Whether a new segment's whole size is reserved on disk.",
        new BrokerSynonym(Broker.LogPreallocate));

    public static readonly ConfigKey<long> RetentionBytes = Keys.Topic.Long(
        "retention.bytes", -1, AtLeast(-1L), Topic,
        "The size that a partition's log is cut back to by deleting its oldest segments; -1: no limit.",
        new BrokerSynonym(Broker.LogRetentionBytes));

    public static readonly ConfigKey<long> RetentionMs = Keys.Topic.Long(
        "retention.ms", 604800000, AtLeast(-1L), Topic, "How long records are kept; -1: for ever.",
        new BrokerSynonym(Broker.LogRetentionMs),
        new BrokerSynonym(Broker.LogRetentionMinutes, 60_000),
        new BrokerSynonym(Broker.LogRetentionHours, 3_600_000));

    public static readonly ConfigKey<int> SegmentBytes = Keys.Topic.Int(
        "segment.bytes", 1073741824, AtLeast(14), Topic, "The size at which a log starts a new segment.",
        new BrokerSynonym(Broker.LogSegmentBytes));

    public static readonly ConfigKey<int> SegmentIndexBytes = Keys.Topic.Int(
        "segment.index.bytes", 10485760, AtLeast(4), Topic,
        "The largest index file; a full one starts a new segment.",
        new BrokerSynonym(Broker.LogIndexSizeMaxBytes));

    public static readonly ConfigKey<long> SegmentJitterMs = Keys.Topic.Long(
        "segment.jitter.ms", 0, AtLeast(0L), Topic,
        "The most by which a segment is rolled earlier, so that logs don't all roll at once.",
        new BrokerSynonym(Broker.LogRollJitterMs), new BrokerSynonym(Broker.LogRollJitterHours, 3_600_000));

    public static readonly ConfigKey<long> SegmentMs = Keys.Topic.Long(
        "segment.ms", 604800000, AtLeast(1L), Topic, "The age at which a log starts a new segment.",
        new BrokerSynonym(Broker.LogRollMs), new BrokerSynonym(Broker.LogRollHours, 3_600_000));

    public static readonly ConfigKey<bool> UncleanLeaderElectionEnable = Keys.Topic.Boolean(
        "unclean.leader.election.enable", false, Topic,
        "Whether a replica that is out of sync may lead when no other is left, at the price of records.",
        new BrokerSynonym(Broker.UncleanLeaderElectionEnable));

    // An explicit static constructor: the set is complete before anyone asks for it.
    static TopicKeys()
    {
    }

    /// <summary>Every topic setting that is honoured, in the order of declaration.</summary>
    public static IReadOnlyList<ConfigKey> All => Keys.Topic.Keys;

    /// <summary>Finds a key by its name.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key) => Keys.Topic.TryGet(name, out key);
}
