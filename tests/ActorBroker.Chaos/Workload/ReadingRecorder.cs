using ActorBroker.Chaos.Checking;

namespace ActorBroker.Chaos.Workload;

/// <summary>Takes down what a consumer is given of a partition during one assignment.</summary>
internal sealed class ReadingRecorder(Lock sync, string reader, string consumer, int partition)
{
    public string Reader { get; } = reader;

    public int Partition { get; } = partition;

    internal List<Seen> Records { get; } = [];

    /// <summary>It was given a record.</summary>
    public void Add(long offset, RecordId id)
    {
        lock (sync)
        {
            Records.Add(new Seen(offset, id));
        }
    }

    /// <summary>As the checker takes it; to be called by who holds the lock.</summary>
    internal Reading ToReading() => new(Reader, consumer, Partition, [.. Records]);
}
