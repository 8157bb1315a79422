using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker;

/// <summary>The start of a broker, step by step.</summary>
internal static class BrokerStart
{
    public static async Task<BrokerNode> RunAsync(
        BrokerConfig config, BrokerEnvironment environment, CancellationToken cancel)
    {
        var logger = environment.Loggers.CreateLogger<BrokerNode>();
        var brokerId = config.Get(BrokerKeys.BrokerId);
        var directories = OpenDirectories(config, environment, brokerId, logger);
        var meters = environment.Meters ?? new BrokerMeters(brokerId);
        var instruments = new BrokerInstruments(
            meters.Create(BrokerInstruments.MeterName), config.Get(BrokerKeys.MetricsTopicsMax));
        var logInstruments = new StorageInstruments(meters.Create(StorageInstruments.MeterName));
        PartitionManager? partitions = null;
        try
        {
            var catalogue = new ClusterCatalogue(FileCatalogue.Open(environment.FileSystem, directories[0].Path));
            var clean = directories.TrueForAll(directory => directory.WasCleanShutdown);
            var topics = BeginLeaderships(catalogue, brokerId, clean, logger);
            var broker = new BrokerInfo(brokerId, [], config.Get(BrokerKeys.BrokerRack));
            var cluster = new ClusterState(ClusterState.Single(directories[0].ClusterId, broker, topics));
            var openers = config.Get(BrokerKeys.NumRecoveryThreadsPerDataDir) * directories.Count;
            partitions = new PartitionManager(
                brokerId, environment, directories, openers, logger, instruments, logInstruments);
            instruments.Observe(partitions);
            SortFolders(partitions, cluster.Image, catalogue, environment.FileSystem, logger);
            var removals = new FolderRemovals(environment.FileSystem, catalogue, environment.Time);
            var state = new BrokerState(brokerId, config, catalogue, cluster, partitions, removals);
            state.ApplyDynamicConfigs();
            state.ApplyGroupConfigs();
            var opening = topics
                .SelectMany(topic => partitions.Open(topic, state.Config.ForTopic(topic.Configs), clean)).ToArray();
            var online = await Task.WhenAll(opening).WaitAsync(cancel).ConfigureAwait(false);
            var housekeeping = new Housekeeping(state, environment.Time, logger);
            var offline = online.Count(opened => !opened);
            BrokerLogs.Started(logger, brokerId, cluster.Image.ClusterId, topics.Count, online.Length, offline);
            var probes = new LogDirProbes(partitions, environment.Time);
            var controller = new Controller();
            var groups = new GroupCoordinator(state, new TopicService(state, controller), environment);
            var lag = new GroupLag(
                groups, cluster, partitions, environment.Time, environment.Loggers.CreateLogger<GroupLag>());
            instruments.Observe(groups.Meters, lag.Sample, config.Get(BrokerKeys.MetricsGroupsMax));
            return new BrokerNode(state, controller, housekeeping, probes, meters, groups, lag, logger);
        }
        catch
        {
            if (partitions is not null)
            {
                await partitions.CloseAllAsync().ConfigureAwait(false);
                partitions.Dispose();
            }

            directories.ForEach(directory => directory.Dispose());
            meters.Dispose();
            throw;
        }
    }

    private static List<LogDirectory> OpenDirectories(
        BrokerConfig config, BrokerEnvironment environment, int brokerId, ILogger logger)
    {
        var directories = new List<LogDirectory>();
        try
        {
            foreach (var path in config.Get(BrokerKeys.LogDirs).Select(Path.GetFullPath).Distinct())
            {
                var clusterId = directories.Count == 0 ? null : directories[0].ClusterId;
                directories.Add(LogDirectory.Open(path, environment.FileSystem, clusterId, brokerId, logger));
            }
        }
        catch
        {
            directories.ForEach(directory => directory.Dispose());
            throw;
        }

        return directories;
    }

    /// <summary>
    /// After an unclean stop each partition gets a new leadership: records that this broker had but never flushed may
    /// be gone, and a client that has seen them must learn from the epoch that the log may have parted there.
    /// </summary>
    private static List<TopicDocument> BeginLeaderships(
        ClusterCatalogue catalogue, int brokerId, bool clean, ILogger logger)
    {
        List<TopicDocument> topics = [.. catalogue.ListTopics()];
        if (clean || topics.Count == 0)
        {
            return topics;
        }

        BrokerLogs.Unclean(logger);
        for (var index = 0; index < topics.Count; index++)
        {
            var elected = topics[index];
            for (var partition = 0; partition < elected.Partitions.Length; partition++)
            {
                if (elected.Partitions[partition] is { } state && state.Leader == brokerId)
                {
                    elected = elected.With(partition, state with { LeaderEpoch = state.LeaderEpoch + 1 });
                }
            }

            // However many partitions were elected, it is one change.
            topics[index] = elected with { Version = topics[index].Version + 1 };
            if (!catalogue.TryWriteTopic(topics[index]))
            {
                throw new CatalogueException($"topic '{elected.Name}' was changed by somebody else during the start");
            }
        }

        return topics;
    }

    /// <summary>
    /// Compares the folders with the catalogue. A topic's folder is home; what a deletion left is removed; anything
    /// else is set aside, never removed, as it may be somebody's data. A topic without a folder gets an empty one
    /// when it opens: its creation was cut short.
    /// </summary>
    private static void SortFolders(
        PartitionManager partitions,
        ClusterImage image,
        ClusterCatalogue catalogue,
        IFileSystem fileSystem,
        ILogger logger)
    {
        var deletions = catalogue.ListDeletions();
        foreach (var directory in partitions.Directories)
        {
            foreach (var folder in directory.ListPartitions())
            {
                var name = folder.Partition;
                if (image.TopicsByName.TryGetValue(name.Topic, out var topic) &&
                    name.Partition < topic.Partitions.Length && (folder.TopicId ?? topic.Id) == topic.Id)
                {
                    partitions.SetHome(name, directory);
                }
                else if (folder.TopicId is { } id && deletions.Contains(id))
                {
                    BrokerLogs.Leftover(logger, folder.Path);
                    fileSystem.DeleteDirectory(folder.Path);
                }
                else
                {
                    // A file name has at most 255 bytes.
                    var shown = name.ToString() is { Length: <= 200 } whole ? whole : name.ToString()[..200];
                    var stray = Path.Combine(directory.Path, $"{shown}.{Guid.NewGuid():N}-stray");
                    BrokerLogs.Stray(logger, folder.Path, name, stray);
                    fileSystem.MoveDirectory(folder.Path, stray);
                }
            }
        }

        foreach (var deleted in deletions)
        {
            catalogue.FinishDeletion(deleted);
        }
    }
}
