using System.Diagnostics.CodeAnalysis;
using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// Kafka's broker settings that a file may carry and that have no effect here: they are checked, shown and warned
/// about. A setting moves from here to <see cref="BrokerKeys"/> in the change that makes it work.
/// </summary>
internal static partial class AcceptedKeys
{
    public static readonly ConfigKey<IReadOnlyList<string>> ProcessRoles =
        Keys.NoQuorum.List("process.roles", [], SomeOf("broker", "controller"), ReadOnly,
            "KRaft: what the process is. Here every process is a broker.");

    static AcceptedKeys()
    {
        DeclareCluster1();
        DeclareCluster2();
        DeclareShareGroups();
        DeclareStates();
        DeclareTiers();
        DeclareOtherwiseBuilt();
        DeclareQuorum();
        DeclareZooKeeper();
    }

    public static IReadOnlyList<ConfigKey> All => [.. Keys.Later.Keys, .. Keys.NotNeeded.Keys, .. Keys.NoQuorum.Keys];

    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key)
        => Keys.Later.TryGet(name, out key)
            || Keys.NotNeeded.TryGet(name, out key)
            || Keys.NoQuorum.TryGet(name, out key);

    private static void DeclareCluster1()
    {
        Keys.Later.Double("log.cleaner.io.buffer.load.factor", 0.9, null, ClusterWide,
            "How full the memory for superseded records may get in one pass.");
        Keys.Later.Int("log.cleaner.io.buffer.size", 524288, AtLeast(0), ClusterWide,
            "The memory of all cleaner threads for reading and writing.");
        Keys.Later.Double("log.cleaner.io.max.bytes.per.second", double.MaxValue, null, ClusterWide,
            "How much the cleaner may read and write per second.");
        Keys.Later.OptionalString("max.connections.per.ip.overrides", ClusterWide,
            "Limits per address that differ from max.connections.per.ip: host:count.");
        Keys.Later.Int("max.connection.creation.rate", int.MaxValue, AtLeast(0), ClusterWide,
            "How many connections per second may be accepted.");
        Keys.Later.Int("controlled.shutdown.max.retries", 3, null, ReadOnly, "How often a failed move is tried again.");
        Keys.Later.Long("controlled.shutdown.retry.backoff.ms", 5000, null, ReadOnly,
            "The rest between two such tries.");
        Keys.Later.OptionalInt("num.replica.alter.log.dirs.threads", null, ReadOnly,
            "How many threads move replicas between data folders.");
        Keys.Later.Int("request.timeout.ms", 30000, null, ReadOnly,
            "How long a request of the broker to another may take.");
        Keys.Later.OptionalString("inter.broker.listener.name", ReadOnly,
            "The listener that brokers reach each other by.");
        Keys.Later.Int("num.replica.fetchers", 1, null, ClusterWide,
            "How many threads copy records from each other broker.");
        Keys.Later.Int("replica.fetch.backoff.ms", 1000, AtLeast(0), ReadOnly, "The rest after a failed copy.");
        Keys.Later.Int("replica.fetch.max.bytes", 1048576, AtLeast(0), ReadOnly,
            "The most bytes of a partition in one copy step.");
        Keys.Later.Int("replica.fetch.min.bytes", 1, null, ReadOnly, "The fewest bytes that a copy step waits for.");
        Keys.Later.Int("replica.fetch.response.max.bytes", 10485760, AtLeast(0), ReadOnly,
            "The most bytes of one copy step.");
        Keys.Later.Int("replica.fetch.wait.max.ms", 500, null, ReadOnly, "How long a copy step waits for new records.");
        Keys.Later.Int("replica.socket.receive.buffer.bytes", 65536, null, ReadOnly,
            "The receive buffer of connections between brokers.");
        Keys.Later.Int("replica.socket.timeout.ms", 30000, null, ReadOnly,
            "How long a copy step's connection may be silent.");
        Keys.Later.Long("unclean.leader.election.interval.ms", 300000, AtLeast(1L), ReadOnly,
            "How often partitions without a leader are looked at for an unclean election.");
        Keys.Later.Long("log.dir.failure.timeout.ms", 30000, AtLeast(1L), ReadOnly,
            "How long a broker may fail to report a failed folder before it stops.");
        Keys.Later.Boolean("log.message.downconversion.enable", true, ClusterWide,
            "Whether stored batches are rewritten for clients that only read older formats.");
        Keys.Later.Int("telemetry.max.bytes", 1048576, AtLeast(1), ReadOnly, "The largest telemetry push of a client.");
        Keys.Later.Long("log.local.retention.bytes", -2, AtLeast(-2L), ClusterWide,
            "The size kept on local disks when a topic is tiered.");
        Keys.Later.Long("log.local.retention.ms", -2, AtLeast(-2L), ClusterWide,
            "The time kept on local disks when a topic is tiered.");
        Keys.Later.Int("quota.window.num", 11, AtLeast(1), ReadOnly,
            "How many samples client quotas are measured over.");
        Keys.Later.Int("quota.window.size.seconds", 1, AtLeast(1), ReadOnly, "The length of such a sample.");
        Keys.Later.Int("replication.quota.window.num", 11, AtLeast(1), ReadOnly,
            "How many samples replication quotas are measured over.");
        Keys.Later.Int("replication.quota.window.size.seconds", 1, AtLeast(1), ReadOnly,
            "The length of such a sample.");
        Keys.Later.Int("alter.log.dirs.replication.quota.window.num", 11, AtLeast(1), ReadOnly,
            "How many samples folder move quotas are measured over.");
    }

    private static void DeclareCluster2()
    {
        Keys.Later.Int("alter.log.dirs.replication.quota.window.size.seconds", 1, AtLeast(1), ReadOnly,
            "The length of such a sample.");
        Keys.Later.Long("delegation.token.expiry.check.interval.ms", 3600000, AtLeast(1L), ReadOnly,
            "How often delegation tokens are looked at for expiry.");
        Keys.Later.Long("delegation.token.expiry.time.ms", 86400000, AtLeast(1L), ReadOnly,
            "How long a delegation token lives unless it is renewed.");
        Keys.Later.Long("delegation.token.max.lifetime.ms", 604800000, AtLeast(1L), ReadOnly,
            "The longest life of a delegation token.");
    }

    private static void DeclareOtherwiseBuilt()
    {
        Keys.NotNeeded.Int("group.coordinator.append.linger.ms", 10, AtLeast(0), ReadOnly,
            "How long a coordinator gathers changes before it writes them. Here what comes together is written so.");
        Keys.NotNeeded.Int("group.coordinator.threads", 1, AtLeast(1), ReadOnly,
            "How many coordinator threads there are.");
        Keys.NotNeeded.Boolean("broker.id.generation.enable", true, ReadOnly,
            "Whether a broker without an id is given one.");
        Keys.NotNeeded.Int("num.io.threads", 8, AtLeast(1), ClusterWide,
            "How many threads handle requests; here actors share the runtime's pool.");
        Keys.NotNeeded.Int("num.network.threads", 3, AtLeast(1), ClusterWide,
            "How many threads serve sockets; here the runtime's pool does.");
        Keys.NotNeeded.Int("reserved.broker.max.id", 1000, AtLeast(0), ReadOnly,
            "The largest id that people may give to a broker.");
        Keys.NotNeeded.Long("socket.connection.setup.timeout.max.ms", 30000, null, ReadOnly,
            "The longest wait for a connection to another broker.");
        Keys.NotNeeded.Long("socket.connection.setup.timeout.ms", 10000, null, ReadOnly,
            "The first wait for a connection to another broker.");
        Keys.NotNeeded.Int("connection.failed.authentication.delay.ms", 100, AtLeast(0), ReadOnly,
            "How long the answer to a failed login is held back.");
        Keys.NotNeeded.Int("delete.records.purgatory.purge.interval.requests", 1, null, ReadOnly,
            "When waiting DeleteRecords requests are swept.");
        Keys.NotNeeded.Int("fetch.purgatory.purge.interval.requests", 1000, null, ReadOnly,
            "When waiting fetches are swept.");
        Keys.NotNeeded.Int("producer.purgatory.purge.interval.requests", 1000, null, ReadOnly,
            "When waiting produce requests are swept.");
        Keys.NotNeeded.Int("share.fetch.purgatory.purge.interval.requests", 1000, null, ReadOnly,
            "When waiting share fetches are swept.");
        Keys.NotNeeded.Int("share.fetch.max.fetch.records", int.MaxValue, null, ReadOnly,
            "The most records of one share fetch.");
        Keys.NotNeeded.String("inter.broker.protocol.version", "4.0-IV0", null, ReadOnly,
            "The version that brokers speak with each other.");
        Keys.NotNeeded.String("log.message.format.version", "3.0-IV1", null, ReadOnly,
            "The record format; here it is always version 2.");
        Keys.NotNeeded.Long("log.initial.task.delay.ms", 30000, AtLeast(0L), ReadOnly,
            "How long background work waits after the start.");
        Keys.NotNeeded.Boolean("group.coordinator.new.enable", true, ReadOnly,
            "Whether the newer group coordinator is used.");
        Keys.NotNeeded.Int("kafka.metrics.polling.interval.secs", 10, AtLeast(1), ReadOnly,
            "How often Java metrics reporters are polled.");
        Keys.NotNeeded.List("kafka.metrics.reporters", [], null, ReadOnly, "Java classes that report metrics.");
        Keys.NotNeeded.List("metric.reporters", ["JmxReporter"], null, ClusterWide,
            "Java classes that report metrics.");
        Keys.NotNeeded.Int("metrics.num.samples", 2, AtLeast(1), ReadOnly,
            "How many samples metrics are measured over.");
        Keys.NotNeeded.String("metrics.recording.level", "INFO", null, ReadOnly, "Which Java metrics are recorded.");
        Keys.NotNeeded.Long("metrics.sample.window.ms", 30000, AtLeast(1L), ReadOnly,
            "The length of a metrics sample.");
        Keys.NotNeeded.Boolean("unstable.api.versions.enable", false, ReadOnly,
            "Whether unfinished API versions are served.");
        Keys.NotNeeded.Boolean("unstable.feature.versions.enable", false, ReadOnly,
            "Whether unfinished features are served.");
    }

    private static void DeclareQuorum()
    {
        Keys.NoQuorum.OptionalString("early.start.listeners", ReadOnly,
            "Listeners that open before the metadata is loaded.");
        Keys.NoQuorum.OptionalString("control.plane.listener.name", ReadOnly,
            "The listener that a controller reaches brokers by.");
        Keys.NoQuorum.Int("controller.socket.timeout.ms", 30000, null, ReadOnly,
            "How long a controller's connection may be silent.");
        Keys.NoQuorum.Boolean("eligible.leader.replicas.enable", false, ReadOnly,
            "Whether the controller keeps eligible leader replicas.");
        Keys.NoQuorum.Int("initial.broker.registration.timeout.ms", 60000, null, ReadOnly,
            "How long a broker tries to register.");
        Keys.NoQuorum.OptionalString("metadata.log.dir", ReadOnly, "The folder of the metadata log.");
        Keys.NoQuorum.Long("metadata.log.max.record.bytes.between.snapshots", 20971520, AtLeast(1L), ReadOnly,
            "The metadata records between two snapshots.");
        Keys.NoQuorum.Long("metadata.log.max.snapshot.interval.ms", 3600000, AtLeast(0L), ReadOnly,
            "The time between two metadata snapshots.");
        Keys.NoQuorum.Int("metadata.log.segment.bytes", 1073741824, AtLeast(12), ReadOnly,
            "The segment size of the metadata log.");
        Keys.NoQuorum.Int("metadata.log.segment.min.bytes", 8388608, AtLeast(12), ReadOnly,
            "The smallest segment size of the metadata log.");
        Keys.NoQuorum.Long("metadata.log.segment.ms", 604800000, null, ReadOnly,
            "The segment age of the metadata log.");
        Keys.NoQuorum.Int("metadata.max.idle.interval.ms", 500, AtLeast(0), ReadOnly,
            "How often an idle controller writes.");
        Keys.NoQuorum.Long("metadata.max.retention.bytes", 104857600, null, ReadOnly,
            "The size of metadata that is kept.");
        Keys.NoQuorum.Long("metadata.max.retention.ms", 604800000, null, ReadOnly, "The age of metadata that is kept.");
        Keys.NoQuorum.String("sasl.mechanism.controller.protocol", "GSSAPI", null, ReadOnly,
            "The SASL mechanism towards controllers.");
        Keys.NoQuorum.Long("server.max.startup.time.ms", long.MaxValue, AtLeast(0L), ReadOnly,
            "How long a start may take.");
        Keys.NoQuorum.Int("controller.quorum.append.linger.ms", 25, null, ReadOnly,
            "How long a quorum leader gathers records.");
        Keys.NoQuorum.List("controller.quorum.bootstrap.servers", [], null, ReadOnly, "Where the quorum is found.");
        Keys.NoQuorum.Int("controller.quorum.election.backoff.max.ms", 1000, null, ReadOnly,
            "The longest rest between elections.");
        Keys.NoQuorum.Int("controller.quorum.election.timeout.ms", 1000, null, ReadOnly,
            "How long an election may take.");
        Keys.NoQuorum.Int("controller.quorum.fetch.timeout.ms", 2000, null, ReadOnly,
            "After how long a silent quorum leader is replaced.");
        Keys.NoQuorum.Int("controller.quorum.request.timeout.ms", 2000, null, ReadOnly,
            "How long a quorum request may take.");
        Keys.NoQuorum.Int("controller.quorum.retry.backoff.ms", 20, null, ReadOnly,
            "The rest after a failed quorum request.");
        Keys.NoQuorum.List("controller.quorum.voters", [], null, ReadOnly, "The members of the quorum.");
        Keys.NoQuorum.Int("controller.quota.window.num", 11, AtLeast(1), ReadOnly,
            "How many samples controller quotas are measured over.");
        Keys.NoQuorum.Int("controller.quota.window.size.seconds", 1, AtLeast(1), ReadOnly,
            "The length of such a sample.");
    }

    private static void DeclareZooKeeper()
    {
        Keys.NoQuorum.Boolean("zookeeper.metadata.migration.enable", false, ReadOnly,
            "Whether metadata moves from ZooKeeper.");
        Keys.NoQuorum.Int("zookeeper.metadata.migration.min.batch.size", 200, AtLeast(1), ReadOnly,
            "The batches that it moves in.");
        Keys.NoQuorum.OptionalString("zookeeper.clientCnxnSocket", ReadOnly, "A ZooKeeper client's socket class.");
        Keys.NoQuorum.OptionalString("zookeeper.connect", ReadOnly, "Where ZooKeeper is found.");
        Keys.NoQuorum.OptionalInt("zookeeper.connection.timeout.ms", null, ReadOnly,
            "How long a connection to ZooKeeper may take.");
        Keys.NoQuorum.Int("zookeeper.max.in.flight.requests", 10, AtLeast(1), ReadOnly,
            "How many ZooKeeper requests may be unanswered.");
        Keys.NoQuorum.Int("zookeeper.session.timeout.ms", 18000, null, ReadOnly, "How long a ZooKeeper session lives.");
        Keys.NoQuorum.Boolean("zookeeper.set.acl", false, ReadOnly, "Whether ZooKeeper nodes are protected.");
        Keys.NoQuorum.List("zookeeper.ssl.cipher.suites", [], null, ReadOnly, "TLS towards ZooKeeper: cipher suites.");
        Keys.NoQuorum.Boolean("zookeeper.ssl.client.enable", false, ReadOnly, "TLS towards ZooKeeper.");
        Keys.NoQuorum.Boolean("zookeeper.ssl.crl.enable", false, ReadOnly, "TLS towards ZooKeeper: revocation lists.");
        Keys.NoQuorum.List("zookeeper.ssl.enabled.protocols", [], null, ReadOnly, "TLS towards ZooKeeper: versions.");
        Keys.NoQuorum.String("zookeeper.ssl.endpoint.identification.algorithm", "HTTPS", null, ReadOnly,
            "TLS towards ZooKeeper: host name check.");
        Keys.NoQuorum.OptionalString("zookeeper.ssl.keystore.location", ReadOnly, "TLS towards ZooKeeper: key store.");
        Keys.NoQuorum.Password("zookeeper.ssl.keystore.password", ReadOnly,
            "TLS towards ZooKeeper: key store password.");
        Keys.NoQuorum.OptionalString("zookeeper.ssl.keystore.type", ReadOnly,
            "TLS towards ZooKeeper: kind of key store.");
        Keys.NoQuorum.Boolean("zookeeper.ssl.ocsp.enable", false, ReadOnly, "TLS towards ZooKeeper: OCSP.");
        Keys.NoQuorum.String("zookeeper.ssl.protocol", "TLSv1.2", null, ReadOnly, "TLS towards ZooKeeper: version.");
        Keys.NoQuorum.OptionalString("zookeeper.ssl.truststore.location", ReadOnly,
            "TLS towards ZooKeeper: trust store.");
        Keys.NoQuorum.Password("zookeeper.ssl.truststore.password", ReadOnly,
            "TLS towards ZooKeeper: trust store password.");
        Keys.NoQuorum.OptionalString("zookeeper.ssl.truststore.type", ReadOnly,
            "TLS towards ZooKeeper: kind of trust store.");
        Keys.NoQuorum.String("password.encoder.cipher.algorithm", "AES/CBC/PKCS5Padding", null, ReadOnly,
            "How passwords in ZooKeeper are encrypted: cipher.");
        Keys.NoQuorum.Int("password.encoder.iterations", 4096, AtLeast(1024), ReadOnly,
            "How passwords in ZooKeeper are encrypted: rounds.");
        Keys.NoQuorum.Int("password.encoder.key.length", 128, AtLeast(8), ReadOnly,
            "How passwords in ZooKeeper are encrypted: key length.");
        Keys.NoQuorum.OptionalString("password.encoder.keyfactory.algorithm", ReadOnly,
            "How passwords in ZooKeeper are encrypted: key derivation.");
        Keys.NoQuorum.Password("password.encoder.old.secret", ReadOnly,
            "How passwords in ZooKeeper were encrypted: the previous secret.");
        Keys.NoQuorum.Password("password.encoder.secret", ReadOnly,
            "How passwords in ZooKeeper are encrypted: the secret.");
    }
}
