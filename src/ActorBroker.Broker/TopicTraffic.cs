namespace ActorBroker.Broker;

/// <summary>
/// What went through a topic's partitions. Partitions keep a reference to it, so a turn counts its batches by a few
/// additions: no look-up, no allocation, and nothing else while nobody listens.
/// </summary>
internal sealed class TopicTraffic(string topic)
{
    private readonly KeyValuePair<string, object?>[] _tags = [new("topic", topic)];
    private long _batchesIn;
    private long _recordsIn;
    private long _bytesIn;
    private long _bytesOut;

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    public long BatchesIn => Volatile.Read(ref _batchesIn);

    public long RecordsIn => Volatile.Read(ref _recordsIn);

    public long BytesIn => Volatile.Read(ref _bytesIn);

    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Nothing went through yet.</summary>
    public bool IsSilent => BytesIn == 0 && BytesOut == 0;

    /// <summary>A turn has written these; the numbers are the batch headers'.</summary>
    public void Appended(int batches, long records, long bytes)
    {
        Interlocked.Add(ref _batchesIn, batches);
        Interlocked.Add(ref _recordsIn, records);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    /// <summary>A fetch's answer carries these.</summary>
    public void Fetched(long bytes) => Interlocked.Add(ref _bytesOut, bytes);
}
