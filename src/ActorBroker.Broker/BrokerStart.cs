using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Cluster.Local;
using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker;

/// <summary>The start of a broker, step by step; a lone one and a member of a cluster take the same steps.</summary>
internal sealed class BrokerStart : IAsyncDisposable
{
    private readonly BrokerConfig _config;
    private readonly BrokerEnvironment _environment;
    private readonly int _brokerId;
    private readonly ILogger _logger;
    private readonly List<LogDirectory> _directories;
    private readonly ClusterPorts _ports;
    private readonly ClusterCatalogue _catalogue;
    private readonly BrokerMeters _meters;
    private readonly BrokerInstruments _instruments;
    private PartitionManager? _partitions;
    private CatalogueFollower? _follower;

    private BrokerStart(
        BrokerConfig config, BrokerEnvironment environment, List<LogDirectory> directories, ClusterPorts ports,
        ILogger logger)
    {
        _config = config;
        _environment = environment;
        _brokerId = config.Get(BrokerKeys.BrokerId);
        _logger = logger;
        _directories = directories;
        _ports = ports;
        _catalogue = new ClusterCatalogue(ports.Catalogue);
        _meters = environment.Meters ?? new BrokerMeters(_brokerId);
        _instruments = new BrokerInstruments(
            _meters.Create(BrokerInstruments.MeterName), config.Get(BrokerKeys.MetricsTopicsMax));
    }

    public static async Task<BrokerNode> RunAsync(
        BrokerConfig config, BrokerEnvironment environment, CancellationToken cancel)
    {
        var logger = environment.Loggers.CreateLogger<BrokerNode>();
        var ports = environment.Cluster ?? (config.Get(BrokerKeys.ClusterDir) is { Length: > 0 } clusterDir
            ? LocalCluster.Open(config, clusterDir, environment)
            : null);
        List<LogDirectory> directories = [];
        BrokerStart start;
        try
        {
            OpenDirectories(config, environment, ports?.ClusterId, directories, logger);
            ports ??= LoneCluster.Open(environment.FileSystem, directories[0]);
            start = new BrokerStart(config, environment, directories, ports, logger);
        }
        catch
        {
            directories.ForEach(static directory => Return(directory));
            if (ports is not null)
            {
                await ports.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }

        try
        {
            return await start.RunAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            await start.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Undoes what a start has done that failed; what one made that succeeded is the node's.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_follower is not null)
        {
            await _follower.DisposeAsync().ConfigureAwait(false);
        }

        await _ports.DisposeAsync().ConfigureAwait(false);
        if (_partitions is not null)
        {
            await _partitions.CloseAllAsync().ConfigureAwait(false);
            await _partitions.DisposeAsync().ConfigureAwait(false);
        }

        _directories.ForEach(static directory => directory.Dispose());
        _meters.Dispose();
    }

    private async Task<BrokerNode> RunAsync(CancellationToken cancel)
    {
        var clean = _directories.TrueForAll(static directory => directory.WasCleanShutdown);
        var life = BeginLife(clean);
        var topics = _catalogue.ListTopics();
        var state = MakeState(life, topics);
        SortFolders(state.Cluster.Image);
        state.ApplyDynamicConfigs();
        state.ApplyGroupConfigs();
        var opening = topics
            .SelectMany(topic => _partitions!.Open(topic, state.Config.ForTopic(topic.Configs), clean)).ToArray();
        var online = await Task.WhenAll(opening).WaitAsync(cancel).ConfigureAwait(false);

        // Nobody counts on this broker, or sends it anything, before its replicas are open.
        await _ports.Membership.JoinAsync(_brokerId, life.Epoch, cancel).ConfigureAwait(false);
        _follower!.Begin();
        await _follower.SyncAsync().WaitAsync(cancel).ConfigureAwait(false);
        var offline = online.Count(static opened => !opened);
        BrokerLogs.Started(_logger, _brokerId, _ports.ClusterId, topics.Count, online.Length, offline);
        return MakeNode(state);
    }

    private BrokerRegistration BeginLife(bool clean)
    {
        var (now, before) = BrokerLife.Register(_catalogue, _config, _ports.ReplicaEndpoint);
        if (before is not null && !clean)
        {
            BrokerLogs.Unclean(_logger);
        }

        var config = _config.WithDynamic(
            _catalogue.ReadConfigs(null).Configs, _catalogue.ReadConfigs(_brokerId).Configs);
        var cleanEpoch = CleanEpoch();
        if (clean && before is not null && cleanEpoch != before.Epoch)
        {
            BrokerLogs.OutOfDate(_logger, before.Epoch);
        }

        BrokerLife.Adopt(_catalogue, config, now, cleanEpoch, _ports.Membership.Live);
        return now;
    }

    /// <summary>
    /// The life that left all of the logs as they are, by its own word: what the catalogue takes for the last life may
    /// have been on another disk, of which these are an old copy.
    /// </summary>
    private long? CleanEpoch()
    {
        var epoch = _directories[0].CleanShutdownEpoch;
        return epoch >= 0 && _directories.TrueForAll(directory => directory.CleanShutdownEpoch == epoch) ? epoch : null;
    }

    private BrokerState MakeState(BrokerRegistration life, IReadOnlyList<TopicDocument> topics)
    {
        var cluster = new ClusterState(_ports.ClusterId);
        var openers = _config.Get(BrokerKeys.NumRecoveryThreadsPerDataDir) * _directories.Count;
        _partitions = new PartitionManager(
            _brokerId, _environment, _directories, openers, _logger, _instruments,
            new StorageInstruments(_meters.Create(StorageInstruments.MeterName)));
        _instruments.Observe(_partitions);
        _partitions.Replication.Begin(
            _ports.Links, _catalogue, life.Epoch, _config.Get(BrokerKeys.ReplicaLagTimeMaxMs), _partitions);
        _ports.Links.Target = _partitions;
        var removals = new FolderRemovals(_brokerId, _environment.FileSystem, _catalogue, _environment.Time);
        var state = new BrokerState(
            _brokerId, life.Epoch, _config, _catalogue, cluster, _partitions, removals);

        // From here on changes are noted, so what is read next may only be newer than what was read before.
        _follower = new CatalogueFollower(state, _ports.Membership, _environment.Time, _logger);
        var brokers = _catalogue.ListBrokers();
        var view = new ClusterView(brokers, _ports.Membership.Live);
        cluster.Set(cluster.Image.With(brokers, topics), view);
        _partitions.Replication.See(view, _partitions);
        return state;
    }

    private BrokerNode MakeNode(BrokerState state)
    {
        var writer = new CatalogueWriter(_follower!);
        var topics = new TopicService(state, writer);
        var groups = new GroupCoordinator(state, topics, _environment);
        var lag = new GroupLag(
            groups, state.Cluster, state.Partitions, _environment.Time, _environment.Loggers.CreateLogger<GroupLag>());
        _instruments.Observe(groups.Meters, lag.Sample, _config.Get(BrokerKeys.MetricsGroupsMax));
        var meters = new ControllerMeters(_meters.Create(ControllerMeters.MeterName), state);
        return new BrokerNode(state, _ports, _follower!, writer, meters, _environment)
        {
            Meters = _meters,
            Topics = topics,
            Groups = groups,
            Lag = lag,
        };
    }

    private static void OpenDirectories(
        BrokerConfig config, BrokerEnvironment environment, string? clusterId, List<LogDirectory> directories,
        ILogger logger)
    {
        foreach (var path in config.Get(BrokerKeys.LogDirs).Select(Path.GetFullPath).Distinct())
        {
            directories.Add(LogDirectory.Open(
                path, environment.FileSystem, clusterId ?? directories.FirstOrDefault()?.ClusterId,
                config.Get(BrokerKeys.BrokerId), logger));
        }
    }

    /// <summary>No log was opened: a wrong second folder must not make an unclean stop of the first one's.</summary>
    private static void Return(LogDirectory directory)
    {
        using (directory)
        {
            try
            {
                directory.PutMarkerBack();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The next start checks its logs; what is to be told is why this one failed.
            }
        }
    }

    /// <summary>
    /// Compares the folders with the catalogue. A replica's folder is home; what a deletion left is removed; anything
    /// else is set aside, never removed, as it may be somebody's data. A replica without a folder gets an empty one
    /// when it opens: its creation was cut short, or its disk is new.
    /// </summary>
    private void SortFolders(ClusterImage image)
    {
        var deletions = _catalogue.ListDeletions();
        foreach (var directory in _directories)
        {
            foreach (var folder in directory.ListPartitions())
            {
                var name = folder.Partition;
                if (image.TopicsByName.TryGetValue(name.Topic, out var topic) &&
                    name.Partition < topic.Partitions.Length && (folder.TopicId ?? topic.Id) == topic.Id &&
                    topic.Partitions[name.Partition].Replicas.Contains(_brokerId))
                {
                    _partitions!.SetHome(name, directory);
                }
                else if (folder.TopicId is { } id && deletions.Contains(id))
                {
                    BrokerLogs.Leftover(_logger, folder.Path);
                    directory.RemovePartition(name, id);
                }
                else
                {
                    // A file name has at most 255 bytes.
                    var shown = name.ToString() is { Length: <= 200 } whole ? whole : name.ToString()[..200];
                    var stray = Path.Combine(directory.Path, $"{shown}.{Guid.NewGuid():N}-stray");
                    BrokerLogs.Stray(_logger, folder.Path, name, stray);
                    _environment.FileSystem.MoveDirectory(folder.Path, stray);
                }
            }
        }

        foreach (var deleted in deletions)
        {
            _catalogue.FinishDeletion(deleted, _brokerId);
        }
    }
}
