using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

/// <summary>Committed bytes of one partition, leased from its log until disposed.</summary>
public readonly struct FetchResult : IDisposable
{
    /// <summary>The outcome; the other members hold what they can under an error.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>Everything below is committed; -1 where unknown.</summary>
    public long HighWatermark { get; init; }

    /// <summary>Everything below is committed and of a decided transaction; -1 where unknown.</summary>
    public long LastStableOffset { get; init; }

    /// <summary>The first offset; -1 where unknown.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>Whole stored batches; empty when there is nothing to send.</summary>
    public LogSlice Records { get; init; }

    /// <summary>Set when the client's history is not a prefix of the log's: where the two part.</summary>
    public EpochEndOffset? Diverging { get; init; }

    /// <summary>Under read_committed: aborted transactions that overlap the records; else null.</summary>
    public IReadOnlyList<AbortedTransaction>? Aborted { get; init; }

    /// <summary>Returns the lease.</summary>
    public void Dispose() => Records.Dispose();

    internal static FetchResult Failed(ErrorCode error) =>
        new() { Error = error, HighWatermark = -1, LastStableOffset = -1, LogStartOffset = -1 };
}

/// <summary>A transaction whose records a read_committed consumer drops.</summary>
/// <param name="ProducerId">Whose.</param>
/// <param name="FirstOffset">Its first offset in the partition.</param>
public readonly record struct AbortedTransaction(long ProducerId, long FirstOffset);

/// <summary>Where a leader epoch ends.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="Epoch">The largest known epoch not above the asked one; -1 if none.</param>
/// <param name="EndOffset">The offset after its last record; -1 if none.</param>
public readonly record struct EpochEndOffset(ErrorCode Error, int Epoch, long EndOffset);
