// All instruments of the broker room. Each is observable: it computes when somebody asks, from what the partitions know
// anyway, so that ten thousand idle partitions cost nothing.
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Broker.Partitions;

namespace ActorBroker.Broker;

/// <summary>What a broker tells of its topics, partitions and disks.</summary>
internal sealed class BrokerInstruments(Meter meter, int topicsMax)
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ActorBroker.Broker";

    /// <summary>No topic can have this name.</summary>
    public const string Others = "(others)";

    private readonly ConcurrentDictionary<string, TopicTraffic> _topics = new();
    private readonly TopicTraffic _others = new(Others);
    private readonly Lock _gate = new();
    private int _named;

    /// <summary>
    /// A topic's counters. Beyond <c>metrics.topics.max</c> topics share those of the others, lest a broker of many
    /// topics drown whoever reads its metrics. A topic stays where it was first counted, also when it grows later:
    /// its partitions' numbers belong together.
    /// </summary>
    public TopicTraffic TrafficOf(string topic)
    {
        lock (_gate)
        {
            if (!_topics.TryGetValue(topic, out var traffic))
            {
                traffic = _named < topicsMax ? new TopicTraffic(topic) : _others;
                _named += traffic == _others ? 0 : 1;
                _topics[topic] = traffic;
            }

            return traffic;
        }
    }

    /// <summary>The topic is deleted: its numbers end, and its place is free.</summary>
    public void Forget(string topic)
    {
        lock (_gate)
        {
            if (_topics.TryRemove(topic, out var traffic) && traffic != _others)
            {
                _named--;
            }
        }
    }

    /// <summary>Makes the instruments; called once, when the partitions are known.</summary>
    public void Observe(PartitionManager partitions)
    {
        ObserveTraffic();
        ObservePartitions(partitions);
        ObserveReplication(partitions);
        ObserveDisks(partitions);
    }

    /// <summary>Makes the instruments of the groups.</summary>
    public void Observe(GroupMeters groups, LagSample lag, int groupsMax)
    {
        GroupInstruments.Observe(meter, groups);
        GroupInstruments.Observe(meter, lag, groupsMax);
    }

    private void ObserveTraffic()
    {
        Counter("bytes_in", "By", "Bytes of record batches appended, as stored.", static topic => topic.BytesIn);
        Counter("records_in", "{record}", "Records appended.", static topic => topic.RecordsIn);
        Counter("batches_in", "{batch}", "Record batches appended.", static topic => topic.BatchesIn);
        Counter("bytes_out", "By", "Bytes of record batches in answers to fetches.", static topic => topic.BytesOut);

        void Counter(string name, string unit, string description, Func<TopicTraffic, long> value) =>
            meter.CreateObservableCounter(
                "actorbroker.broker." + name, () => Traffic().Select(topic => Tagged(value(topic), topic)), unit,
                description);
    }

    private void ObservePartitions(PartitionManager partitions)
    {
        meter.CreateObservableUpDownCounter(
            "actorbroker.broker.topics", () => (long)partitions.Each.Select(each => each.TopicId).Distinct().Count(),
            "{topic}", "Topics of which this broker holds a partition.");
        Gauge("partitions", "{partition}", "Partitions that this broker holds.", static _ => 1);
        Gauge("partitions.leader", "{partition}", "Partitions that it leads, with an open log.",
            static partition => partition.IsLeader ? 1 : 0);
        Gauge("partitions.offline", "{partition}", "Partitions whose log is not open.",
            static partition => partition.IsOnline ? 0 : 1);
        Gauge("partitions.failed", "{partition}", "Partitions that can't be written: offline, or a write failed.",
            static partition => partition.IsFailed ? 1 : 0);
        Gauge("partitions.under_replicated", "{partition}", "Partitions that it leads with a replica not in sync.",
            static partition => partition.Actor.IsUnderReplicated ? 1 : 0);
        Gauge("partitions.under_min_isr", "{partition}",
            "Partitions that it leads with fewer in-sync replicas than acks=all needs.",
            static partition => partition.Actor.IsUnderMinIsr ? 1 : 0);
        Gauge("mailbox.depth", "{item}", "Produces and commands that wait for a partition's turn.",
            static partition => partition.Actor.Waiting);
        Gauge("produce.waiting", "{batch}", "Batches with acks=all that wait for replicas or for the disk.",
            static partition => partition.Actor.AwaitingInSync);
        Gauge("log.segments", "{segment}", "Segments of all logs.",
            static partition => partition.Actor.Replica?.Log.SegmentCount ?? 0);

        void Gauge(string name, string unit, string description, Func<Partition, long> value) =>
            meter.CreateObservableUpDownCounter(
                "actorbroker.broker." + name, () => partitions.Each.Sum(value), unit, description);
    }

    private void ObserveReplication(PartitionManager partitions)
    {
        var replication = partitions.Replication;
        Counter("isr.shrinks", "{replica}", "Replicas that leaders here took out of in-sync sets.",
            () => replication.Shrinks);
        Counter("isr.expands", "{replica}", "Replicas that leaders here took into in-sync sets.",
            () => replication.Expands);
        Counter("replication.bytes_out", "By", "Bytes of record batches sent to followers.",
            () => replication.BytesSent);
        Counter("replication.bytes_in", "By", "Bytes of record batches taken from leaders.",
            () => replication.BytesReceived);
        Counter("replication.appends", "{append}", "Appends sent to followers.", () => replication.AppendsSent);
        meter.CreateObservableUpDownCounter(
            "actorbroker.broker.replication.in_flight", () => replication.InFlightBytes, "By",
            "Bytes sent to followers and not answered: how full the windows are.");
        meter.CreateObservableGauge(
            "actorbroker.broker.replication.lag",
            () => partitions.Each.Select(static each => each.Actor.LagRecords).DefaultIfEmpty().Max(), "{record}",
            "Records that the follower furthest behind a leader here lacks.");
        meter.CreateObservableGauge(
            "actorbroker.broker.replication.lag.time",
            () => partitions.Each.Select(static each => each.Actor.LagMs).DefaultIfEmpty().Max() / 1000.0, "s",
            "For how long a follower has not had all that its leader here had; 0 where none is behind.");

        void Counter(string name, string unit, string description, Func<long> value) =>
            meter.CreateObservableCounter("actorbroker.broker." + name, value, unit, description);
    }

    private void ObserveDisks(PartitionManager partitions)
    {
        meter.CreateObservableUpDownCounter(
            "actorbroker.broker.log.size", () => LogSizes(partitions), "By", "Bytes of the topic's segments.");
        Volume("size", "Size of the log directory's volume.", static volume => volume.TotalBytes);
        Volume("free", "Space left for this user on the log directory's volume.", static volume => volume.UsableBytes);

        void Volume(string name, string description, Func<(long TotalBytes, long UsableBytes), long> value) =>
            meter.CreateObservableUpDownCounter(
                "actorbroker.broker.disk." + name,
                () => partitions.Directories
                    .Select(directory => (directory.Path, Bytes: value(directory.Volume())))
                    .Where(static each => each.Bytes >= 0)
                    .Select(static each => new Measurement<long>(
                        each.Bytes, new KeyValuePair<string, object?>("log.dir", each.Path))),
                "By", description);
    }

    private IEnumerable<TopicTraffic> Traffic() =>
        _topics.Select(static topic => topic.Value)
            .Where(topic => topic != _others)
            .Concat(_others.IsSilent ? [] : [_others]);

    private static IEnumerable<Measurement<long>> LogSizes(PartitionManager partitions)
    {
        var sizes = new Dictionary<TopicTraffic, long>();
        foreach (var partition in partitions.Each)
        {
            var traffic = partition.Actor.Traffic;
            sizes[traffic] = sizes.GetValueOrDefault(traffic) + partition.SizeInBytes;
        }

        return sizes.Select(static each => Tagged(each.Value, each.Key));
    }

    private static Measurement<long> Tagged(long value, TopicTraffic topic) => new(value, topic.Tags);
}
