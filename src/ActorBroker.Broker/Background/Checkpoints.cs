using ActorBroker.Broker.Partitions;
using ActorBroker.Core;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Background;

/// <summary>Writes the log directories' checkpoints; what has not changed is not written again.</summary>
internal sealed class Checkpoints(PartitionManager partitions)
{
    private readonly Lock _gate = new();

    public void WriteRecoveryPoints() => Write(
        static partition => partition.Actor.KnownHistory.RecoveryPoint,
        static directory => directory.RecoveryPoints,
        static (directory, offsets) => directory.WriteRecoveryPoints(offsets));

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

    public void WriteAll()
    {
        WriteCleanerOffsets();
        WriteRecoveryPoints();
        WriteHighWatermarks();
        WriteLogStartOffsets();
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
        foreach (var group in partitions.All.GroupBy(partition => partition.Actor.Context.Directory))
        {
            var offsets = group.ToDictionary(partition => partition.Name, offsetOf);
            var last = written(group.Key);
            if (offsets.Any(offset => last.GetValueOrDefault(offset.Key) != offset.Value) ||
                last.Keys.Any(partition => !offsets.ContainsKey(partition)))
            {
                write(group.Key, offsets);
            }
        }
    }
}
