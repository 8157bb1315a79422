using System.Runtime.ExceptionServices;
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Partitions;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Background;

/// <summary>Writes the log directories' checkpoints; what has not changed is not written again.</summary>
internal sealed class Checkpoints
{
    private readonly PartitionManager _partitions;
    private readonly SharedWrite _recoveryPoints;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private bool _isFailing;

    public Checkpoints(PartitionManager partitions, WorkerThreads threads, ILogger logger)
    {
        _partitions = partitions;
        _recoveryPoints = new SharedWrite(threads, WriteAwaitedRecoveryPoints);
        _logger = logger;
    }

    public void WriteRecoveryPoints() => Write(
        static partition => partition.Actor.KnownHistory.RecoveryPoint,
        static directory => directory.RecoveryPoints,
        static (directory, offsets) => directory.WriteRecoveryPoints(offsets));

    /// <summary>Writes them soon, once for all who ask meanwhile.</summary>
    /// <param name="written">Called on a worker thread: they are on the disk, or what went wrong.</param>
    public void WriteRecoveryPointsSoon(Action<Exception?> written) => _recoveryPoints.Ask(written);

    public void WriteHighWatermarks() => Write(
        static partition => partition.HighWatermark,
        static directory => directory.HighWatermarks,
        static (directory, offsets) => directory.WriteHighWatermarks(offsets));

    /// <summary>Only starts that differ from 0 are worth a row.</summary>
    public void WriteLogStartOffsets() => Write(
        static partition => partition.LogStartOffset,
        static directory => directory.LogStartOffsets,
        static (directory, offsets) => directory.WriteLogStartOffsets(
            offsets.Where(offset => offset.Value > 0).ToDictionary()));

    /// <summary>First dirty offsets of the compacted logs.</summary>
    public void WriteCleanerOffsets() => Write(
        static partition => partition.Actor.KnownHistory.FirstDirtyOffset,
        static directory => directory.CleanerOffsets,
        static (directory, offsets) => directory.WriteCleanerOffsets(
            offsets.Where(offset => offset.Value > 0).ToDictionary()));

    /// <summary>
    /// Drops all rows of partitions that are about to begin anew; writes nothing where there are none.
    /// </summary>
    public void Forget(LogDirectory directory, IReadOnlySet<TopicPartition> names)
    {
        lock (_gate)
        {
            directory.Forget(names);
        }
    }

    public void WriteAll()
    {
        WriteCleanerOffsets();
        WriteRecoveryPoints();
        WriteHighWatermarks();
        WriteLogStartOffsets();
    }

    private void WriteAwaitedRecoveryPoints()
    {
        try
        {
            WriteRecoveryPoints();
            _isFailing = false;
        }
        catch (Exception failure) when (!_isFailing)
        {
            _isFailing = true;
            BackgroundLogs.RecoveryPointsFailed(_logger, failure);
            throw;
        }
    }

    private void Write(
        Func<Partition, long> offsetOf,
        Func<LogDirectory, IReadOnlyDictionary<TopicPartition, long>> written,
        Action<LogDirectory, IReadOnlyDictionary<TopicPartition, long>> write)
    {
        // Two jobs may come to the same file.
        lock (_gate)
        {
            WriteChanged(offsetOf, written, write);
        }
    }

    private void WriteChanged(
        Func<Partition, long> offsetOf,
        Func<LogDirectory, IReadOnlyDictionary<TopicPartition, long>> written,
        Action<LogDirectory, IReadOnlyDictionary<TopicPartition, long>> write)
    {
        // Most of many partitions are idle, so a look at them must cost little: nothing is gathered before a change.
        var stale = new HashSet<LogDirectory>();
        var rows = new Dictionary<LogDirectory, int>();
        foreach (var partition in _partitions.Each)
        {
            var directory = partition.Actor.Context.Directory;
            var isWritten = written(directory).TryGetValue(partition.Name, out var last);
            rows[directory] = rows.GetValueOrDefault(directory) + (isWritten ? 1 : 0);
            if (last != offsetOf(partition))
            {
                stale.Add(directory);
            }
        }

        Exception? failure = null;
        foreach (var (directory, found) in rows)
        {
            // Fewer than were written: the others' partitions are gone.
            if (stale.Contains(directory) || found < written(directory).Count)
            {
                try
                {
                    write(directory, _partitions.Each
                        .Where(partition => partition.Actor.Context.Directory == directory)
                        .ToDictionary(partition => partition.Name, offsetOf));
                }
                catch (Exception thrown) when (Partition.IsStorageFault(thrown))
                {
                    // The other directories' disks may be sound.
                    failure ??= thrown;
                }
            }
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
