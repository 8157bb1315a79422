using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// Places records as Kafka's own clients do: a keyed record by its key's murmur2 hash, any other on the sticky
/// partition, which changes with each batch so that batches fill instead of spreading thin.
/// </summary>
internal sealed class RecordPartitioner(int partitionCount, int firstSticky)
{
    private int _sticky = firstSticky % partitionCount;

    public int PartitionCount => partitionCount;

    /// <summary>The partition of a keyed record.</summary>
    public int ForKey(ReadOnlySpan<byte> key) => Murmur2.Partition(key, partitionCount);

    /// <summary>The partition of the records without a key, for now.</summary>
    public int Sticky => Volatile.Read(ref _sticky);

    /// <summary>
    /// A batch on <paramref name="partition"/> is full: keyless records go on with the next partition.
    /// </summary>
    public void BatchFilled(int partition) =>
        Interlocked.CompareExchange(ref _sticky, (partition + 1) % partitionCount, partition);
}
