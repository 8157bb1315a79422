using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

/// <content>The settings of share and transaction coordinators, and of tiered storage.</content>
internal static partial class AcceptedKeys
{
    private static void DeclareShareGroups()
    {
        Keys.Later.Int("group.share.heartbeat.interval.ms", 5000, AtLeast(1), ReadOnly,
            "How often members of a share group send heartbeats.");
        Keys.Later.Int("group.share.max.heartbeat.interval.ms", 15000, AtLeast(1), ReadOnly,
            "The longest heartbeat interval that a share group may set.");
        Keys.Later.Int("group.share.max.session.timeout.ms", 60000, AtLeast(1), ReadOnly,
            "The longest session time-out that a share group may set.");
        Keys.Later.Int("group.share.max.size", 200, Between(10, 1000), ReadOnly,
            "How many members a share group may have.");
        Keys.Later.Int("group.share.min.heartbeat.interval.ms", 5000, AtLeast(1), ReadOnly,
            "The shortest heartbeat interval that a share group may set.");
        Keys.Later.Int("group.share.min.session.timeout.ms", 45000, AtLeast(1), ReadOnly,
            "The shortest session time-out that a share group may set.");
        Keys.Later.Int("group.share.session.timeout.ms", 45000, AtLeast(1), ReadOnly,
            "After how long a silent member of a share group is put out.");
        Keys.Later.Int("group.share.delivery.count.limit", 5, Between(2, 10), ReadOnly,
            "How often a share group tries to deliver a record.");
        Keys.Later.Boolean("group.share.enable", false, ReadOnly, "Whether share groups are served.");
        Keys.Later.Short("group.share.max.groups", 10, Between((short)1, (short)100), ReadOnly,
            "How many share groups there may be.");
        Keys.Later.Int("group.share.max.record.lock.duration.ms", 60000, Between(30000, 3600000), ReadOnly,
            "The longest lock on a record that a share group may set.");
        Keys.Later.Int("group.share.min.record.lock.duration.ms", 15000, Between(1000, 30000), ReadOnly,
            "The shortest lock on a record that a share group may set.");
        Keys.Later.Int("group.share.partition.max.record.locks", 200, Between(100, 10000), ReadOnly,
            "How many records of a partition may be locked.");
        Keys.Later.Int("group.share.record.lock.duration.ms", 30000, Between(1000, 3600000), ReadOnly,
            "How long a record is locked for the member that has it.");
    }

    private static void DeclareStates()
    {
        Keys.Later.Int("share.coordinator.append.linger.ms", 10, AtLeast(0), ReadOnly,
            "How long a share coordinator gathers changes before it writes them.");
        Keys.Later.Int("share.coordinator.load.buffer.size", 5242880, AtLeast(1), ReadOnly,
            "The batch size for loading share state.");
        Keys.Later.Int("share.coordinator.snapshot.update.records.per.snapshot", 500, AtLeast(0), ReadOnly,
            "How many updates a snapshot of share state is followed by.");
        Keys.Later.Int("share.coordinator.state.topic.compression.codec", 0, null, ReadOnly,
            "The codec of the share state topic, by number.");
        Keys.Later.Short("share.coordinator.state.topic.min.isr", 2, AtLeast((short)1), ReadOnly,
            "The smallest in-sync set of the share state topic.");
        Keys.Later.Int("share.coordinator.state.topic.num.partitions", 50, AtLeast(1), ReadOnly,
            "How many partitions the share state topic has.");
        Keys.Later.Short("share.coordinator.state.topic.replication.factor", 3, AtLeast((short)1), ReadOnly,
            "How many replicas the share state topic has.");
        Keys.Later.Int("share.coordinator.state.topic.segment.bytes", 104857600, AtLeast(1), ReadOnly,
            "The segment size of the share state topic.");
        Keys.Later.Int("share.coordinator.threads", 1, AtLeast(1), ReadOnly,
            "How many share coordinator threads there are.");
        Keys.Later.Int("share.coordinator.write.timeout.ms", 5000, AtLeast(1), ReadOnly,
            "How long share state may take to be stored.");
        Keys.Later.Boolean("transaction.partition.verification.enable", true, ClusterWide,
            "Whether a partition asks the coordinator before it takes a transaction's records.");
        Keys.Later.Int("transaction.state.log.load.buffer.size", 5242880, AtLeast(1), ReadOnly,
            "The batch size for loading transaction state.");
        Keys.Later.Int("transaction.state.log.min.isr", 2, AtLeast(1), ReadOnly,
            "The smallest in-sync set of the transaction state topic.");
        Keys.Later.Int("transaction.state.log.num.partitions", 50, AtLeast(1), ReadOnly,
            "How many partitions the transaction state topic has.");
        Keys.Later.Short("transaction.state.log.replication.factor", 3, AtLeast((short)1), ReadOnly,
            "How many replicas the transaction state topic has.");
        Keys.Later.Int("transaction.state.log.segment.bytes", 104857600, AtLeast(1), ReadOnly,
            "The segment size of the transaction state topic.");
        Keys.Later.Int("transaction.abort.timed.out.transaction.cleanup.interval.ms", 10000, AtLeast(1), ReadOnly,
            "How often transactions are looked at for time-outs.");
        Keys.Later.Int("transaction.max.timeout.ms", 900000, AtLeast(1), ReadOnly,
            "The longest time-out that a transaction may ask for.");
        Keys.Later.Int("transaction.remove.expired.transaction.cleanup.interval.ms", 3600000, AtLeast(1), ReadOnly,
            "How often transactional ids are looked at for expiry.");
        Keys.Later.Int("transactional.id.expiration.ms", 604800000, AtLeast(1), ReadOnly,
            "How long an unused transactional id is remembered.");
    }

    private static void DeclareTiers()
    {
        Keys.Later.Int("remote.fetch.max.wait.ms", 500, AtLeast(1), ClusterWide, "Tiered storage: fetch max wait ms.");
        Keys.Later.Long("remote.list.offsets.request.timeout.ms", 30000, AtLeast(1L), ClusterWide,
            "Tiered storage: list offsets request timeout ms.");
        Keys.Later.Long("remote.log.index.file.cache.total.size.bytes", 1073741824, AtLeast(1L), ClusterWide,
            "Tiered storage: log index file cache total size bytes.");
        Keys.Later.Int("remote.log.manager.copier.thread.pool.size", -1, null, ReadOnly,
            "Tiered storage: log manager copier thread pool size.");
        Keys.Later.Long("remote.log.manager.copy.max.bytes.per.second", long.MaxValue, AtLeast(1L), ClusterWide,
            "Tiered storage: log manager copy max bytes per second.");
        Keys.Later.Int("remote.log.manager.copy.quota.window.num", 11, AtLeast(1), ReadOnly,
            "Tiered storage: log manager copy quota window num.");
        Keys.Later.Int("remote.log.manager.copy.quota.window.size.seconds", 1, AtLeast(1), ReadOnly,
            "Tiered storage: log manager copy quota window size seconds.");
        Keys.Later.Int("remote.log.manager.expiration.thread.pool.size", -1, null, ReadOnly,
            "Tiered storage: log manager expiration thread pool size.");
        Keys.Later.Long("remote.log.manager.fetch.max.bytes.per.second", long.MaxValue, AtLeast(1L), ClusterWide,
            "Tiered storage: log manager fetch max bytes per second.");
        Keys.Later.Int("remote.log.manager.fetch.quota.window.num", 11, AtLeast(1), ReadOnly,
            "Tiered storage: log manager fetch quota window num.");
        Keys.Later.Int("remote.log.manager.fetch.quota.window.size.seconds", 1, AtLeast(1), ReadOnly,
            "Tiered storage: log manager fetch quota window size seconds.");
        Keys.Later.Long("remote.log.manager.task.interval.ms", 30000, AtLeast(1L), ReadOnly,
            "Tiered storage: log manager task interval ms.");
        Keys.Later.Long("remote.log.manager.task.retry.backoff.max.ms", 30000, AtLeast(1L), ReadOnly,
            "Tiered storage: log manager task retry backoff max ms.");
        Keys.Later.Long("remote.log.manager.task.retry.backoff.ms", 500, AtLeast(1L), ReadOnly,
            "Tiered storage: log manager task retry backoff ms.");
        Keys.Later.Double("remote.log.manager.task.retry.jitter", 0.2, Between(0.0, 0.5), ReadOnly,
            "Tiered storage: log manager task retry jitter.");
        Keys.Later.Int("remote.log.manager.thread.pool.size", 10, AtLeast(1), ReadOnly,
            "Tiered storage: log manager thread pool size.");
        Keys.Later.Int("remote.log.metadata.custom.metadata.max.bytes", 128, AtLeast(0), ReadOnly,
            "Tiered storage: log metadata custom metadata max bytes.");
        Keys.Later.String("remote.log.metadata.manager.class.name",
            "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", null, ReadOnly,
            "Tiered storage: log metadata manager class name.");
        Keys.Later.OptionalString("remote.log.metadata.manager.class.path", ReadOnly,
            "Tiered storage: log metadata manager class path.");
        Keys.Later.String("remote.log.metadata.manager.impl.prefix", "rlmm.config.", null, ReadOnly,
            "Tiered storage: log metadata manager impl prefix.");
        Keys.Later.OptionalString("remote.log.metadata.manager.listener.name", ReadOnly,
            "Tiered storage: log metadata manager listener name.");
        Keys.Later.Int("remote.log.reader.max.pending.tasks", 100, AtLeast(1), ReadOnly,
            "Tiered storage: log reader max pending tasks.");
        Keys.Later.Int("remote.log.reader.threads", 10, AtLeast(1), ReadOnly, "Tiered storage: log reader threads.");
        Keys.Later.OptionalString("remote.log.storage.manager.class.name", ReadOnly,
            "Tiered storage: log storage manager class name.");
        Keys.Later.OptionalString("remote.log.storage.manager.class.path", ReadOnly,
            "Tiered storage: log storage manager class path.");
        Keys.Later.String("remote.log.storage.manager.impl.prefix", "rsm.config.", null, ReadOnly,
            "Tiered storage: log storage manager impl prefix.");
    }
}
