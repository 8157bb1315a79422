using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <content>Several brokers: who belongs together, who is alive, who leads.</content>
public static partial class BrokerKeys
{
    public static readonly ConfigKey<string?> ClusterDir = Keys.Broker.OptionalString(
        "cluster.dir", ReadOnly,
        "The folder that brokers on one machine share to be a cluster: each names the same folder, and a broker.id, "
        + "listeners and data folders of its own (by default broker-<id> in this folder). Without it a broker is "
        + "alone. Not a Kafka setting.");

    public static readonly ConfigKey<int> ClusterLinkPort = Keys.Broker.Int(
        "cluster.link.port", 0, Between(0, 65535), ReadOnly,
        "The port on 127.0.0.1 at which the leaders of cluster.dir's other brokers reach this one's followers; 0: any "
        + "free one. Not a Kafka setting.");

    public static readonly ConfigKey<string?> ClusterLinkAdvertised = Keys.Broker.OptionalString(
        "cluster.link.advertised", ReadOnly,
        "The host:port that other brokers are told in place of that port, for a proxy that stands in between in a "
        + "test. Not a Kafka setting.");

    public static readonly ConfigKey<int> BrokerHeartbeatIntervalMs = Keys.Broker.Int(
        "broker.heartbeat.interval.ms", 200, AtLeast(10), ReadOnly,
        "How often a broker shows its cluster that it lives. Kafka's default is 2000.");

    public static readonly ConfigKey<int> BrokerSessionTimeoutMs = Keys.Broker.Int(
        "broker.session.timeout.ms", 2000, AtLeast(100), ReadOnly,
        "After how long a broker counts as dead that stands still while its process is there; the end of a process is "
        + "seen at once. Kafka's default is 9000.");

    public static readonly ConfigKey<long> LeaderReplicationThrottledRate = Keys.Broker.Long(
        "leader.replication.throttled.rate", long.MaxValue, AtLeast(0L), PerBroker,
        "How many bytes per second the leaders here send at most, all in all, to followers out of sync, for the "
        + "topics' leader.replication.throttled.replicas.");

    public static readonly ConfigKey<long> FollowerReplicationThrottledRate = Keys.Broker.Long(
        "follower.replication.throttled.rate", long.MaxValue, AtLeast(0L), PerBroker,
        "How many bytes per second the followers here that are out of sync take at most, all in all, for the topics' "
        + "follower.replication.throttled.replicas.");

    public static readonly ConfigKey<bool> ControlledShutdownEnable = Keys.Broker.Boolean(
        "controlled.shutdown.enable", true, ReadOnly,
        "Whether leaderships move to other brokers before a broker stops, while clients are still served.");

    public static readonly ConfigKey<bool> AutoLeaderRebalanceEnable = Keys.Broker.Boolean(
        "auto.leader.rebalance.enable", true, ReadOnly,
        "Whether leaderships move back to the preferred replicas, where too many have moved away.");

    public static readonly ConfigKey<long> LeaderImbalanceCheckIntervalSeconds = Keys.Broker.Long(
        "leader.imbalance.check.interval.seconds", 300, AtLeast(1L), ReadOnly,
        "How often the balance of leaders is looked at.");

    public static readonly ConfigKey<int> LeaderImbalancePerBrokerPercentage = Keys.Broker.Int(
        "leader.imbalance.per.broker.percentage", 10, AtLeast(0), ReadOnly,
        "How many percent of the partitions that prefer a broker may be led by others before they move back.");
}
