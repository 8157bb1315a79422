using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Cluster.InProcess;
using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using ActorBroker.Storage.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Replication;

/// <summary>
/// Replicas of one topic on several brokers: the real partitions, logs, catalogue and links, each broker on a disk of
/// its own, under one clock that stands still unless a test waits. Who is alive, and when somebody is elected, is for
/// the test to say.
/// </summary>
internal sealed class ReplicaCluster : IAsyncDisposable
{
    public const string Topic = "events";
    public const long LagMaxMs = 10_000;
    private const string Root = "/data";
    private readonly Dictionary<int, ReplicaBroker> _brokers = [];
    private readonly SortedDictionary<int, (long Epoch, bool IsLive)> _lives = [];
    private readonly FileCatalogue _documents;
    private long _lastEpoch = 100;

    private ReplicaCluster()
    {
        _documents = FileCatalogue.Open(new MemoryFileSystem { Time = Time }, "/catalogue");
        Catalogue = new ClusterCatalogue(_documents);
    }

    public ManualTime Time { get; } = new();

    public InProcessNetwork Network { get; } = new();

    public ClusterCatalogue Catalogue { get; }

    /// <summary>Runs when a change is recorded, before anybody is told, its writer included.</summary>
    public Action? Recorded { get; set; }

    public TopicDocument Document => Catalogue.ReadTopic(Topic)!;

    public PartitionState State => Document.Partitions[0];

    public ClusterView View => new(
        _lives.Select(life => new BrokerRegistration(life.Key, life.Value.Epoch, 1, null, [], null, false)),
        _lives.Where(life => life.Value.IsLive).ToDictionary(life => life.Key, life => life.Value.Epoch));

    public ReplicaBroker this[int brokerId] => _brokers[brokerId];

    /// <summary>Brokers 1 to <paramref name="count"/>, and a topic of one partition that each of them holds.</summary>
    public static async Task<ReplicaCluster> StartAsync(int count, params (string Name, string Value)[] configs)
    {
        var cluster = new ReplicaCluster();
        for (var id = 1; id <= count; id++)
        {
            cluster._lives[id] = (++cluster._lastEpoch, true);
        }

        var replicas = Enumerable.Range(1, count).ToImmutableArray();
        await cluster.CreateTopicAsync(Topic, [replicas], configs);
        foreach (var id in replicas)
        {
            await cluster.OpenAsync(id, new MemoryFileSystem { Time = cluster.Time }, clean: true);
        }

        cluster._documents.Changed += _ => cluster.Publish();
        return cluster;
    }

    public async Task CreateTopicAsync(
        string name, ImmutableArray<ImmutableArray<int>> partitions, params (string Name, string Value)[] configs)
    {
        var topic = TopicDocuments.Create(
            name, Guid.NewGuid(), partitions,
            configs.ToImmutableSortedDictionary(config => config.Name, config => config.Value), View);
        Assert.True(Catalogue.TryWriteTopic(topic));
        foreach (var broker in _brokers.Values)
        {
            await Task.WhenAll(broker.Manager.Open(topic, broker.ConfigOf(topic), cleanShutdown: true));
        }
    }

    public Partition Replica(int brokerId, string topic = Topic, int partition = 0)
    {
        Assert.True(_brokers[brokerId].Manager.TryGet(topic, partition, out var found));
        return found;
    }

    /// <summary>Lets time pass, a little at a time, until the condition holds.</summary>
    public Task UntilAsync(Func<bool> condition) => Until.TrueAsync(condition, Time);

    public ValueTask<ProduceResult> ProduceAsync(int brokerId, short acks, params string[] values) =>
        Replica(brokerId).ProduceAsync(Batches.Produce(acks, Time.NowMs, RecordBatchOptions.Default, values));

    /// <summary>Time passes while a produce waits.</summary>
    public async Task<ProduceResult> AnswerAsync(ValueTask<ProduceResult> produce)
    {
        var answer = produce.AsTask();
        await UntilAsync(() => answer.IsCompleted);
        return await answer;
    }

    public async Task MustProduceAsync(int brokerId, params string[] values)
    {
        var result = await AnswerAsync(ProduceAsync(brokerId, -1, values));
        Assert.Equal((ErrorCode.None, null), (result.Error, result.Message));
    }

    /// <summary>
    /// The process dies: what it wrote is there, what it had in memory is not. Nobody is elected yet.
    /// </summary>
    public async Task KillAsync(int brokerId, bool losesPower = false)
    {
        var broker = _brokers[brokerId];
        _brokers.Remove(brokerId);
        await broker.KillAsync(losesPower);
        _lives[brokerId] = (_lives[brokerId].Epoch, false);
        Look();
    }

    /// <summary>It begins another life, with all that an unclean stop entails.</summary>
    public async Task RestartAsync(int brokerId, MemoryFileSystem disk)
    {
        _lives[brokerId] = (++_lastEpoch, false);
        Change(topic => topic.Adopt(brokerId, cleanEpoch: null, View, MinInSync));
        await OpenAsync(brokerId, disk, clean: false);
        _lives[brokerId] = (_lives[brokerId].Epoch, true);
        Look();
    }

    /// <summary>The others take it for dead, or for alive again; it knows nothing of it.</summary>
    public void SetLive(int brokerId, bool isLive)
    {
        _lives[brokerId] = (_lives[brokerId].Epoch, isLive);
        Look();
    }

    /// <summary>A controller does what it owes the topic, as the brokers are now.</summary>
    public void Supervise(bool unclean = false) =>
        Change(topic => topic.Supervise(View, new ElectionSettings(MinInSync, unclean)));

    public void Change(Func<TopicDocument, TopicDocument?> change)
    {
        while (change(Document) is { } next && !Catalogue.TryWriteTopic(next))
        {
        }
    }

    /// <summary>Every replica has the same records, and knows that all of them are committed.</summary>
    public Task SettledAsync() => UntilAsync(() =>
        _brokers.Keys.Where(State.Replicas.Contains).Select(id => Replica(id)).ToList() is var replicas &&
        replicas.TrueForAll(each => each.HighWatermark == each.LogEndOffset) &&
        replicas.Select(each => each.LogEndOffset).Distinct().Count() == 1);

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers.Values)
        {
            await broker.DisposeAsync();
        }
    }

    private int MinInSync => new ReplicaSettings().ConfigOf(Document).MinInsyncReplicas;

    private async Task OpenAsync(int brokerId, MemoryFileSystem disk, bool clean)
    {
        var broker = new ReplicaBroker(brokerId, disk, Time);
        broker.Begin(Network.Attach(brokerId), Catalogue, _lives[brokerId].Epoch);
        broker.Manager.Replication.See(View, broker.Manager);
        var opening = Catalogue.ListTopics()
            .SelectMany(topic => broker.Manager.Open(topic, broker.ConfigOf(topic), clean)).ToArray();
        await Task.WhenAll(opening);
        _brokers[brokerId] = broker;
    }

    private void Publish()
    {
        Recorded?.Invoke();
        foreach (var topic in Catalogue.ListTopics())
        {
            foreach (var broker in _brokers.Values.ToArray())
            {
                if (!broker.IsDeaf)
                {
                    broker.Manager.Update(topic, broker.ConfigOf(topic));
                }
            }
        }
    }

    private void Look()
    {
        foreach (var broker in _brokers.Values)
        {
            broker.Manager.Replication.See(View, broker.Manager);
        }
    }

    private sealed class ReplicaSettings
    {
        private readonly BrokerConfig _config = BrokerConfig.Parse([]);

        public LogConfig ConfigOf(TopicDocument topic) => _config.ForTopic(topic.Configs);
    }

    /// <summary>One broker's partitions.</summary>
    internal sealed class ReplicaBroker : IAsyncDisposable
    {
        private readonly ReplicaSettings _settings = new();
        private readonly LogDirectory _directory;
        private readonly Meter _meter = new("replica");
        private IReplicaLinks? _links;

        public ReplicaBroker(int id, MemoryFileSystem disk, ManualTime time)
        {
            Disk = disk;
            _directory = LogDirectory.Open(Root, disk, null, id);
            var environment = new BrokerEnvironment(time, NullLoggerFactory.Instance, disk);
            Manager = new PartitionManager(
                id, environment, [_directory], 1, NullLogger.Instance, new BrokerInstruments(_meter, 10),
                new StorageInstruments(_meter));
            foreach (var folder in _directory.ListPartitions())
            {
                Manager.SetHome(folder.Partition, _directory);
            }
        }

        public MemoryFileSystem Disk { get; }

        public PartitionManager Manager { get; }

        /// <summary>The catalogue's news don't reach it.</summary>
        public bool IsDeaf { get; set; }

        public LogConfig ConfigOf(TopicDocument topic) => _settings.ConfigOf(topic);

        public void Begin(IReplicaLinks links, ClusterCatalogue catalogue, long epoch)
        {
            _links = links;
            Manager.Replication.Begin(links, catalogue, epoch, LagMaxMs, Manager);
            links.Target = Manager;
        }

        public async Task KillAsync(bool losesPower)
        {
            await _links!.DisposeAsync();
            if (losesPower)
            {
                Disk.Crash();
            }
            else
            {
                Disk.Kill();
            }

            Disk.IsReadOnly = true;
            await DisposeAsync();
            Disk.IsReadOnly = false;
        }

        public async ValueTask DisposeAsync()
        {
            await _links!.DisposeAsync();
            await Manager.CloseAllAsync();
            await Manager.DisposeAsync();
            _directory.Dispose();
            _meter.Dispose();
        }
    }
}
