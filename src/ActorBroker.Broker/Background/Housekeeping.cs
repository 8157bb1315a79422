using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Background;

/// <summary>
/// The regular work on all partitions. What blocks runs on a bounded number of threads; a partition that fails is
/// skipped (its own actor deals with a broken log), the others go on.
/// </summary>
internal sealed class Housekeeping : IAsyncDisposable
{
    private const long RemovalIntervalMs = 15_000;
    private readonly BrokerState _state;
    private readonly WorkerThreads _workers;
    private readonly Checkpoints _checkpoints;
    private readonly Cleaning _cleaning;
    private readonly List<PeriodicJob> _jobs = [];

    public Housekeeping(BrokerState state, TimeProvider time, ILogger logger)
    {
        _state = state;
        _workers = new WorkerThreads("background", state.Config.Get(BrokerKeys.BackgroundThreads));
        _checkpoints = state.Partitions.Checkpoints;
        _cleaning = new Cleaning(state, _checkpoints, logger);
        Add("retention", BrokerKeys.LogRetentionCheckIntervalMs, RetainAsync);
        Add("producer expiry", BrokerKeys.ProducerIdExpirationCheckIntervalMs, ExpireProducersAsync);
        Add("recovery points", BrokerKeys.LogFlushOffsetCheckpointIntervalMs, Once(_checkpoints.WriteRecoveryPoints));
        Add("log starts", BrokerKeys.LogFlushStartOffsetCheckpointIntervalMs, Once(_checkpoints.WriteLogStartOffsets));
        Add(
            "high watermarks",
            BrokerKeys.ReplicaHighWatermarkCheckpointIntervalMs,
            Once(_checkpoints.WriteHighWatermarks));
        if (state.Config.Get(BrokerKeys.LogCleanerEnable))
        {
            Add("cleaner", BrokerKeys.LogCleanerBackoffMs, CleanAsync);
        }

        _jobs.Add(new PeriodicJob("file removal", RemovalIntervalMs, time, logger, RemoveFilesAsync));

        void Add<T>(string name, ConfigKey<T> interval, Func<CancellationToken, Task> work)
            where T : IConvertible =>
            _jobs.Add(new PeriodicJob(
                name, state.Config.Get(interval).ToInt64(null), time, logger, work));
    }

    /// <summary>Ends all jobs and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs)
        {
            await job.DisposeAsync().ConfigureAwait(false);
        }

        _cleaning.Dispose();
        _workers.Dispose();
    }

    /// <summary>Rolls by time, then removes what is over the limits.</summary>
    internal Task RetainAsync(CancellationToken cancel) =>
        ForEachAsync(_state.Partitions.All, RetainAsync, cancel);

    internal Task ExpireProducersAsync(CancellationToken cancel)
    {
        var expirationMs = _state.Config.Get(BrokerKeys.ProducerIdExpirationMs);
        return ForEachAsync(
            _state.Partitions.All,
            partition => partition.Actor.AskAsync(actor => actor.KeepHouse(expireProducers: true, expirationMs)),
            cancel);
    }

    internal async Task RemoveFilesAsync(CancellationToken cancel)
    {
        // Most of many partitions are idle: only those that have set files aside are worth a worker's time.
        await ForEachAsync(
            _state.Partitions.Each.Where(partition => partition.Actor.Replica is { Log.HasDeletedFiles: true }),
            partition => OnFilesAsync(partition.Actor, static replica => replica.Log.DeleteExpiredFiles()),
            cancel).ConfigureAwait(false);
        await Once(_state.Removals.RemoveDue)(cancel).ConfigureAwait(false);
    }

    internal async Task CleanAsync(CancellationToken cancel)
    {
        await _cleaning.RunAsync(cancel).ConfigureAwait(false);
        await Once(_checkpoints.WriteCleanerOffsets)(cancel).ConfigureAwait(false);
    }

    private async Task RetainAsync(Partition partition)
    {
        var actor = partition.Actor;
        await actor.AskAsync(static actor => actor.KeepHouse(expireProducers: false, 0)).ConfigureAwait(false);
        var removed = await OnFilesAsync(
            actor,
            replica => replica.Log.ApplyRetention(partition.HighWatermark, byStartOnly: replica.Leader is null))
            .ConfigureAwait(false);
        if (removed > 0)
        {
            await actor.AskAsync(static actor => actor.Republish()).ConfigureAwait(false);
        }
    }

    private static async Task ForEachAsync(
        IEnumerable<Partition> partitions, Func<Partition, Task> work, CancellationToken cancel)
    {
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = 4 };
        await Parallel.ForEachAsync(partitions, options, async (partition, _) =>
        {
            try
            {
                await work(partition).ConfigureAwait(false);
            }
            catch (Exception failure) when (Partition.IsStorageFault(failure))
            {
                // The next append finds out for itself, and reports it.
            }
        }).ConfigureAwait(false);
    }

    private Func<CancellationToken, Task> Once(Action work) => _ => _workers.RunAsync(() =>
    {
        work();
        return true;
    });

    private Task<int> OnFilesAsync(PartitionActor actor, Func<OpenReplica, int> work) => _workers.RunAsync(() =>
    {
        if (actor.Replica is not { IsCompacting: false } replica)
        {
            return 0;
        }

        lock (replica.Maintenance)
        {
            return replica.Retired.IsCancellationRequested ? 0 : work(replica);
        }
    });
}
