using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Protocol.HotPath;

/// <summary>One partition of a Fetch response, without its records. A version drops what it does not have.</summary>
public readonly record struct FetchedPartition
{
    /// <summary>An answer that carries no position.</summary>
    public FetchedPartition()
    {
    }

    /// <summary>The partition.</summary>
    public int Index { get; init; }

    /// <summary>Its error, or none.</summary>
    public ErrorCode ErrorCode { get; init; }

    /// <summary>Records below it are committed.</summary>
    public long HighWatermark { get; init; } = -1;

    /// <summary>Records below it are decided: no open transaction is before it.</summary>
    public long LastStableOffset { get; init; } = -1;

    /// <summary>The first offset that is still there (5+).</summary>
    public long LogStartOffset { get; init; } = -1;

    /// <summary>Aborted transactions among the records; null unless the client reads committed only.</summary>
    public IReadOnlyList<FetchResponse.AbortedTransaction>? AbortedTransactions { get; init; }

    /// <summary>A replica that the client should rather ask (11+), or -1.</summary>
    public int PreferredReadReplica { get; init; } = -1;

    /// <summary>Where the fetcher's log parts from the leader's (12+), or null.</summary>
    public FetchResponse.EpochEndOffset? DivergingEpoch { get; init; }

    /// <summary>The leader as the broker knows it (12+), or null.</summary>
    public FetchResponse.LeaderIdAndEpoch? CurrentLeader { get; init; }
}
