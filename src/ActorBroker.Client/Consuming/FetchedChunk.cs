using ActorBroker.Protocol.Messages;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// What the reader is to learn of a partition next: whole batches of a fetch, the partition's end, or a failure.
/// </summary>
internal sealed class FetchedChunk : IDisposable
{
    private readonly FetchedFrame? _frame;
    private long _position;

    private FetchedChunk(AssignedPartition partition, FetchedFrame? frame, long position)
    {
        Partition = partition;
        Generation = partition.Generation;
        _frame = frame;
        _position = position;
        _frame?.Use();
    }

    public AssignedPartition Partition { get; }

    /// <summary>The partition's when this was fetched.</summary>
    public int Generation { get; }

    /// <summary>True once the partition was sought, paused or unassigned: the reader passes the chunk over.</summary>
    public bool IsStale => Partition.Generation != Generation;

    public Exception? Failure { get; private init; }

    public bool IsEnd { get; private init; }

    /// <summary>The batches that were not read yet.</summary>
    public ReadOnlyMemory<byte> Batches { get; set; }

    public AbortedTransactions? Aborted { get; private init; }

    /// <summary>Where the partition goes on after the chunk, whether or not it shows records.</summary>
    public long NextOffset { get; private init; }

    /// <summary>The next offset to be given out; written by the reader alone.</summary>
    public long Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    public static FetchedChunk Of(
        in FetchTarget target,
        FetchedFrame frame,
        ReadOnlyMemory<byte> batches,
        long nextOffset,
        List<FetchResponse.AbortedTransaction>? aborted) =>
        new(target.Partition, frame, target.Offset)
        {
            Batches = batches,
            NextOffset = nextOffset,
            Aborted = aborted is { Count: > 0 } ? new AbortedTransactions(aborted) : null,
        };

    public static FetchedChunk End(AssignedPartition partition, long offset) =>
        new(partition, null, offset) { IsEnd = true, NextOffset = offset };

    public static FetchedChunk Failed(AssignedPartition partition, Exception failure) =>
        new(partition, null, partition.FetchOffset) { Failure = failure, NextOffset = partition.FetchOffset };

    /// <summary>Wakes the reader: void from the start, so that it is passed over.</summary>
    public static FetchedChunk WakeUp()
    {
        var nothing = new AssignedPartition(default);
        var chunk = new FetchedChunk(nothing, null, 0);
        nothing.Generation++;
        return chunk;
    }

    public void Dispose() => _frame?.Release();
}
