using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// Places a topic's records as Kafka's own clients do: a keyed record by its key's murmur2 hash, any other on the
/// sticky partition, which changes with each batch so that batches fill instead of spreading thin (KIP-480).
/// </summary>
/// <remarks>
/// The next sticky partition is the less busy of two that chance picks: a slow broker gets fewer records without being
/// starved, as KIP-794 means it.
/// </remarks>
internal sealed class RecordPartitioner(string topic, int partitionCount, IPartitioner? custom)
{
    private int _partitionCount = partitionCount;
    private int _sticky = Random.Shared.Next(partitionCount);

    public int PartitionCount => Volatile.Read(ref _partitionCount);

    /// <summary>The partition of the records without a key, for now.</summary>
    public int Sticky => Volatile.Read(ref _sticky);

    /// <summary>The topic has this many partitions now.</summary>
    public void SetPartitionCount(int count)
    {
        Volatile.Write(ref _partitionCount, count);
        if (Sticky >= count)
        {
            Volatile.Write(ref _sticky, Random.Shared.Next(count));
        }
    }

    /// <summary>The record's partition: its own wish, the custom partitioner's, its key's, or the sticky one.</summary>
    public int Choose(in RecordData record)
    {
        var count = PartitionCount;
        var chosen = record.Partition
            ?? custom?.Choose(topic, record.Key, record.HasKey, record.Value, count)
            ?? -1;
        if (chosen < 0 && record.Partition is null)
        {
            return record.HasKey ? Murmur2.Partition(record.Key, count) : Sticky;
        }

        return chosen >= 0 && chosen < count
            ? chosen
            : throw new KafkaException($"Topic '{topic}' has no partition {chosen}: it has {count}, counted from 0.");
    }

    /// <summary>
    /// A batch on <paramref name="partition"/> is closed: keyless records go on with another partition.
    /// </summary>
    /// <param name="partition">The batch's partition.</param>
    /// <param name="backlogOf">How many batches wait on a partition.</param>
    public void MoveOn(int partition, Func<int, int> backlogOf)
    {
        var count = PartitionCount;
        if (count == 1)
        {
            return;
        }

        var one = OtherThan(partition, count);
        var two = OtherThan(partition, count);
        var next = backlogOf(two) < backlogOf(one) ? two : one;
        Interlocked.CompareExchange(ref _sticky, next, partition);
    }

    private static int OtherThan(int partition, int count)
    {
        var next = Random.Shared.Next(count - 1);
        return next >= partition ? next + 1 : next;
    }
}
