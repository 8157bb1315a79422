using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Replication;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Replication;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Partitions;

/// <summary>The partitions of which this broker holds a replica, and the log directories they lie in.</summary>
/// <remarks>Opened and removed by the catalogue's follower (and by the start); found by any thread.</remarks>
internal sealed class PartitionManager(
    int brokerId, BrokerEnvironment environment, IReadOnlyList<LogDirectory> directories, int openers, ILogger logger,
    BrokerInstruments instruments, StorageInstruments logInstruments) : IReplicaTarget, IAsyncDisposable
{
    private const int FlushThreads = 8;
    private readonly ConcurrentDictionary<TopicPartition, Partition> _byName = new();
    private readonly ConcurrentDictionary<(Guid TopicId, int Partition), Partition> _byId = new();
    private readonly Dictionary<TopicPartition, LogDirectory> _homes = [];
    private readonly WorkerThreads _flushers = new("flush", FlushThreads);
    private readonly WorkerThreads _openers = new("open", openers);

    private Checkpoints? _checkpoints;

    public IReadOnlyList<LogDirectory> Directories => directories;

    /// <summary>The ways to the other brokers.</summary>
    public ReplicationService Replication { get; } = new(environment.Time, logger);

    /// <summary>What a start goes by; whoever writes them does it through this one.</summary>
    public Checkpoints Checkpoints =>
        LazyInitializer.EnsureInitialized(ref _checkpoints, () => new Checkpoints(this, _flushers, logger));

    public ICollection<Partition> All => _byName.Values;

    /// <summary>All of them one by one, without a copy.</summary>
    public IEnumerable<Partition> Each => _byName.Select(static named => named.Value);

    public bool TryGet(string topic, int partition, [NotNullWhen(true)] out Partition? found) =>
        _byName.TryGetValue(new TopicPartition(topic, partition), out found);

    public bool TryGet(Guid topicId, int partition, [NotNullWhen(true)] out Partition? found) =>
        _byId.TryGetValue((topicId, partition), out found);

    /// <summary>Notes where a folder was found at the start.</summary>
    public void SetHome(TopicPartition partition, LogDirectory directory) => _homes[partition] = directory;

    /// <summary>
    /// Makes a topic's partitions that this broker holds and does not know yet; the tasks end when their logs are
    /// open, or known to be offline for now.
    /// </summary>
    public IReadOnlyList<Task<bool>> Open(TopicDocument topic, LogConfig config, bool cleanShutdown)
    {
        var opening = new List<Task<bool>>();
        var names = Enumerable.Range(0, topic.Partitions.Length)
            .Where(index => topic.Partitions[index].Replicas.Contains(brokerId))
            .Select(index => new TopicPartition(topic.Name, index))
            .Where(name => !_byName.ContainsKey(name))
            .ToList();
        foreach (var name in names)
        {
            var isFresh = !_homes.ContainsKey(name);
            var directory = HomeOf(name);
            var context = new PartitionContext(
                brokerId, environment, directory, _flushers, _openers, logger, instruments, logInstruments, Replication,
                Checkpoints);
            var history = isFresh
                ? new PartitionHistory(0, 0, 0, 0, cleanShutdown) { BeginsAnew = true }
                : HistoryOf(directory, name, cleanShutdown);
            var actor = new PartitionActor(context, name, topic, config, history);
            var partition = new Partition(actor);
            _byName[name] = partition;
            _byId[(topic.Id, name.Partition)] = partition;
            opening.Add(actor.OpenAsync());
        }

        return opening;
    }

    /// <summary>A topic's document or settings changed.</summary>
    public void Update(TopicDocument topic, LogConfig config)
    {
        for (var index = 0; index < topic.Partitions.Length; index++)
        {
            if (TryGet(topic.Id, index, out var partition))
            {
                partition.Actor.Update(topic, config);
            }
        }
    }

    /// <summary>
    /// Takes a deleted topic's partitions off the air and sets their folders aside; returns the folders, which are to
    /// be removed later, and whether none was left behind.
    /// </summary>
    public async Task<(IReadOnlyList<string> Folders, bool Complete)> SetAsideAsync(TopicDocument topic)
    {
        var left = await SetAsideAsync(topic, Enumerable.Range(0, topic.Partitions.Length), static _ => true)
            .ConfigureAwait(false);
        instruments.Forget(topic.Name);
        return left;
    }

    /// <summary>
    /// The same for those partitions of a topic of which this broker holds no replica any more, and which are said to
    /// be gone once they answer nobody.
    /// </summary>
    public async Task<IReadOnlyList<string>> SetMovedAsideAsync(TopicDocument topic, Func<int, bool> isGone)
    {
        var moved = Enumerable.Range(0, topic.Partitions.Length)
            .Where(index => !topic.Partitions[index].Replicas.Contains(brokerId));
        return (await SetAsideAsync(topic, moved, isGone).ConfigureAwait(false)).Folders;
    }

    /// <summary>Closes every log, in parallel; true for the directories in which all closed cleanly.</summary>
    public async Task<IReadOnlySet<LogDirectory>> CloseAllAsync()
    {
        var closing = All.Select(async partition => (
            partition.Actor.Context.Directory,
            Clean: await CloseAsync(partition.Actor).ConfigureAwait(false))).ToArray();
        var unclean = new HashSet<LogDirectory>();
        foreach (var (directory, clean) in await Task.WhenAll(closing).ConfigureAwait(false))
        {
            if (!clean)
            {
                unclean.Add(directory);
            }
        }

        return directories.Where(directory => !unclean.Contains(directory)).ToHashSet();
    }

    /// <summary>Takes what another broker's leader sends to a follower here.</summary>
    public ValueTask<ReplicaAppendResult> AppendAsync(ReplicaAppend append) =>
        TryGet(append.TopicId, append.Partition, out var partition)
            ? partition.Actor.AppendAsync(in append)
            : ValueTask.FromResult(
                ReplicaAppendResult.Of(ReplicaAppendStatus.Unready) with { BrokerEpoch = Replication.BrokerEpoch });

    public async ValueTask DisposeAsync()
    {
        await Replication.DisposeAsync().ConfigureAwait(false);
        _openers.Dispose();
        _flushers.Dispose();
    }

    /// <summary>The directory that has the partition's folder, or the one with the fewest.</summary>
    private LogDirectory HomeOf(TopicPartition name)
    {
        if (!_homes.TryGetValue(name, out var home))
        {
            var counts = _homes.Values.CountBy(directory => directory).ToDictionary();
            home = directories.MinBy(directory => counts.GetValueOrDefault(directory))!;
            _homes[name] = home;
        }

        return home;
    }

    private static PartitionHistory HistoryOf(LogDirectory directory, TopicPartition name, bool cleanShutdown) => new(
        directory.RecoveryPoints.GetValueOrDefault(name),
        directory.LogStartOffsets.GetValueOrDefault(name),
        directory.HighWatermarks.GetValueOrDefault(name),
        directory.CleanerOffsets.GetValueOrDefault(name),
        cleanShutdown);

    private static async Task<bool> CloseAsync(PartitionActor actor)
    {
        try
        {
            return await actor.CloseAsync(flush: true, static log => log.Close()).ConfigureAwait(false) &&
                !actor.LeavesLoss;
        }
        catch (Exception failure) when (Partition.IsStorageFault(failure))
        {
            PartitionLogs.CloseFailed(actor.Context.Logger, actor.Name, failure);
            return false;
        }
    }

    private async Task<(IReadOnlyList<string> Folders, bool Complete)> SetAsideAsync(
        TopicDocument topic, IEnumerable<int> indexes, Func<int, bool> isGone)
    {
        var leaving = new List<PartitionActor>();
        foreach (var index in indexes)
        {
            var name = new TopicPartition(topic.Name, index);
            if (_byId.TryRemove((topic.Id, index), out var partition))
            {
                _byName.TryRemove(new(name, partition));
                leaving.Add(partition.Actor);
            }
        }

        var left = await Task.WhenAll(leaving.Select(actor => SetAsideAsync(actor, isGone))).ConfigureAwait(false);
        for (var at = 0; at < left.Length; at++)
        {
            if (!left[at].Stays)
            {
                _homes.Remove(leaving[at].Name);
            }
        }

        return ([.. left.SelectMany(partition => partition.Folders)], left.All(partition => partition.Complete));
    }

    /// <summary>Where the partition turns out not to be gone its folder stays, closed.</summary>
    private static async Task<(string[] Folders, bool Complete, bool Stays)> SetAsideAsync(
        PartitionActor actor, Func<int, bool> isGone)
    {
        var stays = false;
        try
        {
            string? folder = null;
            var wasOpen = await actor.CloseAsync(flush: false, log =>
            {
                using (log)
                {
                    stays = !isGone(actor.Name.Partition);
                    if (stays)
                    {
                        log.Close();
                    }
                    else
                    {
                        folder = log.MoveAside();
                    }
                }
            }).ConfigureAwait(false);
            if (wasOpen)
            {
                return (stays ? [] : [folder!], true, stays);
            }

            // It was offline: there is no log that could rename its folder, and nobody who reads it.
            stays = !isGone(actor.Name.Partition);
            if (!stays)
            {
                actor.Context.Directory.RemovePartition(actor.Name, actor.TopicId);
            }

            return ([], true, stays);
        }
        catch (Exception failure) when (Partition.IsStorageFault(failure))
        {
            PartitionLogs.CloseFailed(actor.Context.Logger, actor.Name, failure);
            return ([], false, stays);
        }
    }
}
