using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <content>Consumer groups and their committed offsets.</content>
public static partial class BrokerKeys
{
    public static readonly ConfigKey<IReadOnlyList<string>> GroupRebalanceProtocols = Keys.Broker.List(
        "group.coordinator.rebalance.protocols", ["classic", "consumer"],
        SomeOf("classic", "consumer", "share", "unknown"), ReadOnly,
        "The group protocols that are served. classic always is; consumer is the one of KIP-848.");

    public static readonly ConfigKey<int> GroupInitialRebalanceDelayMs = Keys.Broker.Int(
        "group.initial.rebalance.delay.ms", 3000, AtLeast(0), ReadOnly,
        "How long a new classic group waits for more members before it assigns partitions.");

    public static readonly ConfigKey<int> GroupMinSessionTimeoutMs = Keys.Broker.Int(
        "group.min.session.timeout.ms", 6000, AtLeast(1), ReadOnly,
        "The shortest session time-out that a classic member may ask for.");

    public static readonly ConfigKey<int> GroupMaxSessionTimeoutMs = Keys.Broker.Int(
        "group.max.session.timeout.ms", 1800000, AtLeast(1), ReadOnly,
        "The longest session time-out that a classic member may ask for.");

    public static readonly ConfigKey<int> GroupMaxSize = Keys.Broker.Int(
        "group.max.size", int.MaxValue, AtLeast(1), ReadOnly, "How many members a classic group may have.");

    public static readonly ConfigKey<IReadOnlyList<string>> GroupConsumerAssignors = Keys.Broker.List(
        "group.consumer.assignors", ["uniform", "range"],
        SomeOf(
            "uniform", "range", "UniformAssignor", "RangeAssignor",
            "org.apache.kafka.coordinator.group.assignor.UniformAssignor",
            "org.apache.kafka.coordinator.group.assignor.RangeAssignor"),
        ReadOnly,
        "The assignors of consumer groups (KIP-848) on the broker's side; the first is the default. Kafka's class "
        + "names are understood as well.");

    public static readonly ConfigKey<int> GroupConsumerHeartbeatIntervalMs = Keys.Broker.Int(
        "group.consumer.heartbeat.interval.ms", 5000, AtLeast(1), ReadOnly,
        "How often members of a consumer group send heartbeats.");

    public static readonly ConfigKey<int> GroupConsumerMinHeartbeatIntervalMs = Keys.Broker.Int(
        "group.consumer.min.heartbeat.interval.ms", 5000, AtLeast(1), ReadOnly,
        "The shortest heartbeat interval that a group may set.");

    public static readonly ConfigKey<int> GroupConsumerMaxHeartbeatIntervalMs = Keys.Broker.Int(
        "group.consumer.max.heartbeat.interval.ms", 15000, AtLeast(1), ReadOnly,
        "The longest heartbeat interval that a group may set.");

    public static readonly ConfigKey<int> GroupConsumerSessionTimeoutMs = Keys.Broker.Int(
        "group.consumer.session.timeout.ms", 45000, AtLeast(1), ReadOnly,
        "After how long a silent member of a consumer group is put out.");

    public static readonly ConfigKey<int> GroupConsumerMinSessionTimeoutMs = Keys.Broker.Int(
        "group.consumer.min.session.timeout.ms", 45000, AtLeast(1), ReadOnly,
        "The shortest session time-out that a group may set.");

    public static readonly ConfigKey<int> GroupConsumerMaxSessionTimeoutMs = Keys.Broker.Int(
        "group.consumer.max.session.timeout.ms", 60000, AtLeast(1), ReadOnly,
        "The longest session time-out that a group may set.");

    public static readonly ConfigKey<int> GroupConsumerMaxSize = Keys.Broker.Int(
        "group.consumer.max.size", int.MaxValue, AtLeast(1), ReadOnly, "How many members a consumer group may have.");

    public static readonly ConfigKey<string> GroupConsumerMigrationPolicy = Keys.Broker.String(
        "group.consumer.migration.policy", "bidirectional",
        OneOf("bidirectional", "upgrade", "downgrade", "disabled"), ReadOnly,
        "Whether a running classic group may become a consumer group (upgrade), and the other way (downgrade).");

    public static readonly ConfigKey<int> OffsetMetadataMaxBytes = Keys.Broker.Int(
        "offset.metadata.max.bytes", 4096, AtLeast(0), ReadOnly,
        "The longest text that may come with a committed offset.");

    public static readonly ConfigKey<int> OffsetsCommitTimeoutMs = Keys.Broker.Int(
        "offsets.commit.timeout.ms", 5000, AtLeast(1), ReadOnly,
        "How long the replicas of the offsets topic may take to store what a coordinator decided; after that the "
        + "client is told to try again.");

    public static readonly ConfigKey<int> OffsetsLoadBufferSize = Keys.Broker.Int(
        "offsets.load.buffer.size", 5242880, AtLeast(1), ReadOnly,
        "How many bytes of the offsets topic a coordinator reads at once when it begins.");

    public static readonly ConfigKey<long> OffsetsRetentionCheckIntervalMs = Keys.Broker.Long(
        "offsets.retention.check.interval.ms", 600000, AtLeast(1L), ReadOnly,
        "How often coordinators look for offsets that expire and for groups that are through.");

    public static readonly ConfigKey<int> OffsetsRetentionMinutes = Keys.Broker.Int(
        "offsets.retention.minutes", 10080, AtLeast(1), ReadOnly,
        "How long offsets are kept after the group became empty; without members ever, and for topics that a group "
        + "no longer reads, after the commit.");

    public static readonly ConfigKey<int> OffsetsTopicCompressionCodec = Keys.Broker.Int(
        "offsets.topic.compression.codec", 0, Between(0, 4), ReadOnly,
        "The codec of the batches in the offsets topic: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.");

    public static readonly ConfigKey<int> OffsetsTopicNumPartitions = Keys.Broker.Int(
        "offsets.topic.num.partitions", 50, AtLeast(1), ReadOnly,
        "How many partitions the offsets topic gets when it is created; never changed afterwards, as a group's "
        + "partition hangs on it.");

    public static readonly ConfigKey<short> OffsetsTopicReplicationFactor = Keys.Broker.Short(
        "offsets.topic.replication.factor", 3, AtLeast((short)1), ReadOnly,
        "How many replicas the offsets topic gets when it is created. Where there are fewer brokers it gets as many "
        + "as there are, while Kafka would wait for more; one that got a single replica gets the others once brokers "
        + "come.");

    public static readonly ConfigKey<int> OffsetsTopicSegmentBytes = Keys.Broker.Int(
        "offsets.topic.segment.bytes", 104857600, AtLeast(4096), ReadOnly,
        "The segment size of the offsets topic; small, so that it is soon compacted and a coordinator begins "
        + "quickly. A group, and what one request commits, may take half of it at most.");
}
