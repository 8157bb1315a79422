using System.Collections.Concurrent;
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Background;

/// <summary>
/// Compacts the logs that need it, the dirtiest first, on <c>log.cleaner.threads</c> threads; then rests for
/// <c>log.cleaner.backoff.ms</c>. The memory for it is held only while there is something to do.
/// </summary>
internal sealed class Cleaning(BrokerState state, Checkpoints checkpoints, ILogger logger) : IDisposable
{
    private readonly int _threads = state.Config.Get(BrokerKeys.LogCleanerThreads);
    private readonly WorkerThreads _workers = new("cleaner", state.Config.Get(BrokerKeys.LogCleanerThreads));
    private readonly ConcurrentDictionary<TopicPartition, bool> _failing = new();

    /// <summary>One round: everything that is due now.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (_threads == 0 || !state.Partitions.All.Any(partition => partition.Config.Compact))
        {
            return;
        }

        // Only what a start would not check again may be compacted, so the checkpoint on disk bounds the cleaning.
        checkpoints.WriteRecoveryPoints();
        var due = new ConcurrentQueue<Partition>(FindDue());
        await Task.WhenAll(Enumerable.Range(0, Math.Min(_threads, due.Count)).Select(_ => _workers.RunAsync(() =>
        {
            CleanAll(due, cancel);
            return true;
        }))).ConfigureAwait(false);
        if (!due.IsEmpty)
        {
            cancel.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _workers.Dispose();

    private IEnumerable<Partition> FindDue() => state.Partitions.All
        .Where(partition => partition.Config.Compact)
        .Select(partition => (
            Partition: partition,
            State: partition.Actor.Replica?.Log.GetCleanableState(BoundOf(partition)) ?? default))
        .Where(candidate => candidate.State.IsDue(candidate.Partition.Config.MinCleanableDirtyRatio))
        .OrderByDescending(candidate => candidate.State.DirtyRatio)
        .Select(candidate => candidate.Partition);

    private void CleanAll(ConcurrentQueue<Partition> due, CancellationToken cancel)
    {
        var config = state.Config;
        using var buffers = new CleaningBuffers(config.Get(BrokerKeys.LogCleanerDedupeBufferSize) / _threads)
        {
            ProducerIdExpirationMs = config.Get(BrokerKeys.ProducerIdExpirationMs),
        };
        while (!cancel.IsCancellationRequested && due.TryDequeue(out var partition))
        {
            try
            {
                Clean(partition, buffers, cancel);
                _failing.TryRemove(partition.Name, out _);
            }
            catch (OperationCanceledException)
            {
                // The broker stops, or the partition was dropped: what was finished stays.
            }
            catch (Exception failure) when (Partition.IsStorageFault(failure))
            {
                if (_failing.TryAdd(partition.Name, true))
                {
                    BackgroundLogs.CleaningFailed(logger, partition.Name, failure);
                }
            }
        }
    }

    private static void Clean(Partition partition, CleaningBuffers buffers, CancellationToken cancel)
    {
        if (partition.Actor.Replica is not { } replica)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, replica.Retired);
        lock (replica.Maintenance)
        {
            replica.IsCompacting = true;
            try
            {
                // A table of keys that was too small for all takes another pass for the rest.
                while (!either.IsCancellationRequested &&
                    replica.Log.Clean(buffers, BoundOf(partition), either.Token) is { IsPartial: true })
                {
                }
            }
            finally
            {
                replica.IsCompacting = false;
            }
        }
    }

    private static long BoundOf(Partition partition) => Math.Min(
        partition.LastStableOffset, partition.Actor.Context.Directory.RecoveryPoints.GetValueOrDefault(partition.Name));
}
