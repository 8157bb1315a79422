using ActorBroker.Client.Consuming;

namespace ActorBroker.Client.Parallel;

/// <summary>
/// What was taken of one partition, in order, and how much of it is done without a gap. A lock of its owner guards it.
/// </summary>
/// <param name="partition">The partition, for as long as it is assigned this time.</param>
internal sealed class ProcessedOffsets(AssignedPartition partition)
{
    private readonly Queue<TakenRecord> _taken = new();

    public AssignedPartition Partition => partition;

    /// <summary>What may be committed; null before anything is done.</summary>
    public OffsetAndMetadata? Done { get; private set; }

    /// <summary>The first record that is not done, by its offset; null where all are.</summary>
    public long? FirstUndone => _taken.TryPeek(out var first) ? first.Offset : null;

    /// <summary>How many records are being processed now.</summary>
    public int Running { get; set; }

    /// <summary>True where no more records are to be begun.</summary>
    public bool IsEnding { get; set; }

    /// <summary>How long the partition rests before it is read again; null where it is not to.</summary>
    public TimeSpan? Rest { get; set; }

    /// <summary>What was fetched under an older generation of the partition is not taken: it is read again.</summary>
    public int OldestGeneration { get; init; }

    /// <summary>True once the partition was given up: what ends later counts no more.</summary>
    public bool IsVoid { get; set; }

    public TakenRecord Take(long offset, int leaderEpoch)
    {
        var taken = new TakenRecord(offset, leaderEpoch);
        _taken.Enqueue(taken);
        return taken;
    }

    /// <summary>True where more may be committed than before.</summary>
    public bool TryFinish(TakenRecord record)
    {
        record.IsDone = true;
        var isMore = false;
        while (_taken.TryPeek(out var first) && first.IsDone)
        {
            _taken.Dequeue();
            Done = new OffsetAndMetadata(first.Offset + 1, first.LeaderEpoch);
            isMore = true;
        }

        return isMore;
    }
}
