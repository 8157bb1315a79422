using System.Diagnostics.CodeAnalysis;
using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <summary>The broker settings that this broker honours: the server itself, its sockets and replication.</summary>
public static partial class BrokerKeys
{
    /// <summary>The value of <see cref="ReplicaSelectorClass"/> that lets consumers read in their rack.</summary>
    public const string RackAwareReplicaSelector = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    public static readonly ConfigKey<int> BrokerId = Keys.Broker.Int(
        "broker.id", 1, AtLeast(0), ReadOnly,
        "The broker's number, unique in its cluster. node.id is another name for it. Kafka would make one up; here "
        + "it is 1.");

    public static readonly ConfigKey<string?> BrokerRack = Keys.Broker.OptionalString(
        "broker.rack", ReadOnly, "The rack or zone that the broker stands in, as Metadata tells it to clients.");

    public static readonly ConfigKey<string> LogLevel = Keys.Broker.String(
        "log.level", "Information",
        OneOf("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"), ReadOnly,
        "What the process writes to its console: this level and above. Not a Kafka setting.");

    public static readonly ConfigKey<int> BackgroundThreads = Keys.Broker.Int(
        "background.threads", 10, AtLeast(1), ClusterWide,
        "How many background jobs (flush, retention, deletion) may run at the same time.");

    public static readonly ConfigKey<bool> DeleteTopicEnable = Keys.Broker.Boolean(
        "delete.topic.enable", true, ReadOnly, "Whether topics can be deleted; if not, DeleteTopics is refused.");

    public static readonly ConfigKey<int> FetchMaxBytes = Keys.Broker.Int(
        "fetch.max.bytes", 57671680, AtLeast(1024), ReadOnly, "The most record bytes that one fetch response may "
        + "carry.");

    public static readonly ConfigKey<int> FetchSessionSlots = Keys.Broker.Int(
        "max.incremental.fetch.session.cache.slots", 1000, AtLeast(0), ReadOnly,
        "How many incremental fetch sessions are remembered; clients beyond them send full fetches.");

    public static readonly ConfigKey<int> MaxRequestPartitions = Keys.Broker.Int(
        "max.request.partition.size.limit", 2000, AtLeast(1), ReadOnly,
        "The most partitions that one DescribeTopicPartitions response lists.");

    public static readonly ConfigKey<int> MessageMaxBytes = Keys.Broker.Int(
        "message.max.bytes", 1048588, AtLeast(0), ClusterWide,
        "The largest record batch, header included, after compression. Default of the topic's max.message.bytes.");

    public static readonly ConfigKey<string> CompressionType = Keys.Broker.String(
        "compression.type", "producer", OneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"), ClusterWide,
        "The codec that stored batches have; producer keeps what arrived. Default of the topic setting of that name.");

    public static readonly ConfigKey<int> CompressionGzipLevel = Keys.Broker.Int(
        "compression.gzip.level", -1, ValueOrBetween(-1, 1, 9), ClusterWide,
        "The level when the broker compresses with gzip; -1 is the codec's own default.");

    public static readonly ConfigKey<int> CompressionLz4Level = Keys.Broker.Int(
        "compression.lz4.level", 9, Between(1, 17), ClusterWide, "The level when the broker compresses with lz4.");

    public static readonly ConfigKey<int> CompressionZstdLevel = Keys.Broker.Int(
        "compression.zstd.level", 3, Between(-131072, 22), ClusterWide, "The level when the broker compresses with "
        + "zstd.");

    public static readonly ConfigKey<string> Listeners = Keys.Broker.String(
        "listeners", "PLAINTEXT://127.0.0.1:9092", null, ReadOnly,
        "Where the broker listens: NAME://host:port, separated by commas. An empty host is every address, [::1] an "
        + "IPv6 "
        + "address, port 0 any free port. Kafka's default listens on every address; ours on this machine only.");

    public static readonly ConfigKey<string?> AdvertisedListeners = Keys.Broker.OptionalString(
        "advertised.listeners", ReadOnly,
        "Where clients reach each of the listeners, if that is not where the broker listens: behind NAT, in a "
        + "container.");

    public static readonly ConfigKey<string> ListenerSecurityProtocolMap = Keys.Broker.String(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL", null, ReadOnly,
        "Which security protocol each listener name stands for. Only PLAINTEXT works in this version.");

    public static readonly ConfigKey<IReadOnlyList<string>> ControllerListenerNames = Keys.Broker.List(
        "controller.listener.names", [], null, ReadOnly,
        "Listeners that a Kafka controller would use. There is no controller port here: they are left out of "
        + "listeners.");

    public static readonly ConfigKey<long> ConnectionsMaxIdleMs = Keys.Broker.Long(
        "connections.max.idle.ms", 600000, null, ReadOnly,
        "A connection that is silent for so long is closed; negative: never.");

    public static readonly ConfigKey<int> MaxConnections = Keys.Broker.Int(
        "max.connections", int.MaxValue, AtLeast(0), ClusterWide, "How many client connections may be open.");

    public static readonly ConfigKey<int> MaxConnectionsPerIp = Keys.Broker.Int(
        "max.connections.per.ip", int.MaxValue, AtLeast(0), ClusterWide,
        "How many client connections may be open from one address.");

    public static readonly ConfigKey<long> QueuedMaxRequestBytes = Keys.Broker.Long(
        "queued.max.request.bytes", -1, null, ReadOnly,
        "How many bytes of requests may be in memory before sockets are read no further; -1: no such limit.");

    public static readonly ConfigKey<int> QueuedMaxRequests = Keys.Broker.Int(
        "queued.max.requests", 500, AtLeast(1), ReadOnly,
        "How many requests of all connections may be in work before sockets are read no further.");

    public static readonly ConfigKey<int> SocketListenBacklogSize = Keys.Broker.Int(
        "socket.listen.backlog.size", 50, AtLeast(1), ReadOnly, "How many connections may wait to be accepted.");

    public static readonly ConfigKey<int> SocketReceiveBufferBytes = Keys.Broker.Int(
        "socket.receive.buffer.bytes", -1, AtLeast(-1), ReadOnly,
        "The socket's receive buffer (SO_RCVBUF); -1: as the system sees fit, with fewer system calls.");

    public static readonly ConfigKey<int> SocketSendBufferBytes = Keys.Broker.Int(
        "socket.send.buffer.bytes", -1, AtLeast(-1), ReadOnly,
        "The socket's send buffer (SO_SNDBUF); -1: as the system sees fit, with fewer system calls.");

    public static readonly ConfigKey<int> SocketRequestMaxBytes = Keys.Broker.Int(
        "socket.request.max.bytes", 104857600, AtLeast(1), ReadOnly,
        "The largest request; a larger one closes its connection before memory is taken for it.");

    public static readonly ConfigKey<int> DefaultReplicationFactor = Keys.Broker.Int(
        "default.replication.factor", 1, AtLeast(1), ReadOnly,
        "How many replicas a topic's partitions have when its creator doesn't say.");

    public static readonly ConfigKey<long> ReplicaHighWatermarkCheckpointIntervalMs = Keys.Broker.Long(
        "replica.high.watermark.checkpoint.interval.ms", 5000, AtLeast(1L), ReadOnly,
        "How often the high watermarks are written to disk.");

    public static readonly ConfigKey<long> ReplicaLagTimeMaxMs = Keys.Broker.Long(
        "replica.lag.time.max.ms", 30000, AtLeast(1L), ReadOnly,
        "A follower that has not had all of its leader's records for so long leaves the in-sync set.");

    public static readonly ConfigKey<string> ReplicaSelectorClass = Keys.Broker.String(
        "replica.selector.class", "",
        OneOf("", "org.apache.kafka.common.replica.LeaderSelector", RackAwareReplicaSelector), ReadOnly,
        "From which replica consumers read: the leader, or with org.apache.kafka.common.replica."
        + "RackAwareReplicaSelector an in-sync one in the rack that they name (client.rack).");

    public static readonly ConfigKey<int> MinInsyncReplicas = Keys.Broker.Int(
        "min.insync.replicas", 1, AtLeast(1), ClusterWide,
        "With fewer replicas in sync, produce requests with acks=all are refused. Default of the topic setting of "
        + "that name.");

    public static readonly ConfigKey<bool> UncleanLeaderElectionEnable = Keys.Broker.Boolean(
        "unclean.leader.election.enable", false, ClusterWide,
        "Whether a replica that is out of sync may lead when no other is left, at the price of records. Default of the "
        + "topic setting of that name.");

    public static readonly ConfigKey<int> ProducerIdExpirationMs = Keys.Broker.Int(
        "producer.id.expiration.ms", 86400000, AtLeast(1), ClusterWide,
        "How long a partition remembers a producer that writes no more, for telling its duplicates.");

    public static readonly ConfigKey<int> ProducerIdExpirationCheckIntervalMs = Keys.Broker.Int(
        "producer.id.expiration.check.interval.ms", 600000, AtLeast(1), ReadOnly,
        "How often partitions look for producers to forget.");

    // An explicit static constructor: the sets are complete before anyone asks for them.
    static BrokerKeys()
    {
    }

    /// <summary>Every setting that is honoured, in the order of declaration.</summary>
    public static IReadOnlyList<ConfigKey> All => Keys.Broker.Keys;

    /// <summary>Finds a key by its name.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key) => Keys.Broker.TryGet(name, out key);
}
