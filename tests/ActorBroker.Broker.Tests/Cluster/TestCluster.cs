using System.Collections.Immutable;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster.InProcess;
using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>Whole brokers in one process, each on a disk of its own; they can be stopped and crashed.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Topic = "events";
    private readonly InProcessCluster _cluster = InProcessCluster.Open(new MemoryFileSystem(), "/cluster");
    private readonly Dictionary<int, MemoryFileSystem> _disks = [];
    private readonly SortedDictionary<int, BrokerNode> _nodes = [];
    private readonly Dictionary<int, FaultyCatalogue> _catalogues = [];
    private readonly (string Name, string Value)[] _settings;

    /// <summary>Documents that a broker can't read from the catalogue.</summary>
    public Func<int, CatalogueKey, bool> FailsToRead { get; set; } = static (_, _) => false;

    /// <summary>Documents that a broker can't write to the catalogue.</summary>
    public Func<int, CatalogueKey, bool> FailsToWrite { get; set; } = static (_, _) => false;

    private TestCluster((string Name, string Value)[] settings) => _settings = settings;

    public IEnumerable<BrokerNode> Nodes => _nodes.Values;

    public BrokerNode this[int brokerId] => _nodes[brokerId];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TestCluster> StartedAsync(int brokers, params (string Name, string Value)[] settings)
    {
        var cluster = new TestCluster(settings);
        for (var id = 1; id <= brokers; id++)
        {
            await cluster.StartAsync(id);
        }

        await cluster.AllKnowAsync(image => image.Brokers.Count == brokers);
        return cluster;
    }

    public async Task StartAsync(int brokerId, params (string Name, string Value)[] settings)
    {
        if (!_disks.TryGetValue(brokerId, out var disk))
        {
            _disks[brokerId] = disk = new MemoryFileSystem();
        }

        _nodes[brokerId] = await NewNodeAsync(brokerId, disk, settings);
    }

    public Task<BrokerNode> NewNodeAsync(
        int brokerId, MemoryFileSystem disk, params (string Name, string Value)[] settings)
    {
        (string Name, string Value)[] all = [("broker.id", $"{brokerId}"), ("log.dirs", "/data"), .. _settings];
        var own = settings.Select(static setting => setting.Name).ToHashSet();
        var world = new BrokerEnvironment(TimeProvider.System, NullLoggerFactory.Instance, disk);
        world = _cluster.Join(brokerId, world);
        var catalogue = new FaultyCatalogue(
            world.Cluster!.Catalogue, key => FailsToRead(brokerId, key), key => FailsToWrite(brokerId, key));
        _catalogues[brokerId] = catalogue;
        var inputs = all.Where(setting => !own.Contains(setting.Name)).Concat(settings)
            .Select(static setting => new ConfigInput(setting.Name, setting.Value, "test"));
        return BrokerNode.StartAsync(
            BrokerConfig.Parse(inputs),
            world with { Cluster = world.Cluster with { Catalogue = catalogue } }, Cancel);
    }

    public async Task StopAsync(int brokerId)
    {
        await _nodes[brokerId].StopAsync(Cancel);
        _nodes.Remove(brokerId);
        await AllKnowAsync(image => !image.Brokers.ContainsKey(brokerId));
    }

    public async Task CrashAsync(int brokerId)
    {
        _cluster.Crash(brokerId);
        await _nodes[brokerId].StopAsync(Cancel);
        _nodes.Remove(brokerId);
        await AllKnowAsync(image => !image.Brokers.ContainsKey(brokerId));
    }

    /// <summary>As the broker reads it; to be spoilt.</summary>
    public FaultyCatalogue CatalogueOf(int brokerId) => _catalogues[brokerId];

    /// <summary>Its process stands still; the others take it for dead.</summary>
    public void Pause(int brokerId) => _cluster.Pause(brokerId);

    public void Resume(int brokerId) => _cluster.Resume(brokerId);

    /// <summary>Waits until every broker that runs knows the cluster to be so.</summary>
    public Task AllKnowAsync(Func<Broker.Cluster.ClusterImage, bool> condition) =>
        Task.WhenAll(_nodes.Values.Select(node => node.WaitForAsync(condition, Cancel)));

    /// <summary>Waits until every broker knows the first partition to be so.</summary>
    public Task AllKnowAsync(Func<PartitionState, bool> condition) => AllKnowAsync(
        image => image.TopicsByName.TryGetValue(Topic, out var topic) && condition(topic.Partitions[0]));

    public PartitionState State => _nodes.Values.First().Cluster.TopicsByName[Topic].Partitions[0];

    /// <summary>A topic whose partitions lie on these brokers.</summary>
    public async Task CreateTopicAsync(int at, int[][] replicas, params (string Name, string Value)[] configs)
    {
        var topic = new NewTopic(
            Topic, -1, -1, replicas.Index().ToDictionary(each => each.Index, each => each.Item),
            configs.ToImmutableDictionary(config => config.Name, config => (string?)config.Value));
        var result = Assert.Single(await _nodes[at].Topics.CreateAsync([topic], false, Cancel));
        Assert.Equal((ErrorCode.None, null), (result.Error, result.Message));
        await AllKnowAsync(image => image.TopicsByName.ContainsKey(Topic));
    }

    public Partition Replica(int brokerId, int partition = 0)
    {
        Assert.True(_nodes[brokerId].TryGetPartition(Topic, partition, out var found));
        return found;
    }

    /// <summary>Produces at whoever leads, until it is acknowledged by all.</summary>
    public async Task MustProduceAsync(params string[] values)
    {
        var error = ErrorCode.NotLeaderOrFollower;
        await Until.TrueAsync(() =>
        {
            var leader = State.Leader;
            if (_nodes.TryGetValue(leader, out var node) && node.TryGetPartition(Topic, 0, out var partition))
            {
                var batch = Batches.Produce(-1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                    RecordBatchOptions.Default, values);
                error = partition.ProduceAsync(batch).AsTask().GetAwaiter().GetResult().Error;
            }

            return error is not (ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError
                or ErrorCode.NotEnoughReplicas);
        });
        Assert.Equal(ErrorCode.None, error);
    }

    /// <summary>Waits until a replica has these records, committed.</summary>
    public async Task HoldsAsync(int brokerId, params string[] values)
    {
        await Until.TrueAsync(() => _nodes[brokerId].TryGetPartition(Topic, 0, out var found) &&
            found.HighWatermark >= values.Length);
        Assert.Equal(values, Replica(brokerId).ReadAll(orFollower: true));
    }

    public MemoryFileSystem DiskOf(int brokerId) => _disks[brokerId];

    /// <summary>The broker starts with another disk the next time.</summary>
    public void Exchange(int brokerId, MemoryFileSystem disk) => _disks[brokerId] = disk;

    /// <summary>A copy of a stopped broker's data folder, on a disk of its own.</summary>
    public MemoryFileSystem CopyOf(int brokerId)
    {
        var copy = new MemoryFileSystem();
        Copy("/data");
        return copy;

        void Copy(string folder)
        {
            copy.CreateDirectory(folder);
            foreach (var name in _disks[brokerId].ListFiles(folder))
            {
                copy.WriteAllBytes($"{folder}/{name}", _disks[brokerId].ReadAllBytes($"{folder}/{name}"));
            }

            foreach (var name in _disks[brokerId].ListDirectories(folder))
            {
                Copy($"{folder}/{name}");
            }
        }
    }

    public bool HasFolder(int brokerId, int partition = 0) =>
        _disks[brokerId].DirectoryExists($"/data/{Topic}-{partition}");

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Values.Select(node => node.StopAsync(CancellationToken.None)));
    }
}
