namespace ActorBroker.Core.Replication;

/// <summary>
/// What a leader sends to one follower: "if your log and mine are the same up to here, this comes next". It carries
/// whole stored batches, or none, where it only asks or only tells how far records are committed.
/// </summary>
/// <remarks>
/// It may be lost, delayed, repeated or overtaken on the way: whatever arrives is judged by itself, and taking the same
/// append twice changes nothing.
/// </remarks>
public readonly record struct ReplicaAppend
{
    /// <summary>The topic.</summary>
    public required Guid TopicId { get; init; }

    /// <summary>The partition's index.</summary>
    public required int Partition { get; init; }

    /// <summary>The sender.</summary>
    public required int LeaderId { get; init; }

    /// <summary>The sender's leadership.</summary>
    public required int LeaderEpoch { get; init; }

    /// <summary>Where that leadership began: from here on the leader's log holds records of this epoch only.</summary>
    public required long LeaderEpochStartOffset { get; init; }

    /// <summary>
    /// The epoch of the leader's record right before <see cref="PreviousOffset"/>, also where its log begins there; -1
    /// where there never was one, or nobody knows.
    /// </summary>
    public required int PreviousEpoch { get; init; }

    /// <summary>Where <see cref="Records"/> begin; before it both logs have to be the same.</summary>
    public required long PreviousOffset { get; init; }

    /// <summary>Everything below is committed.</summary>
    public required long HighWatermark { get; init; }

    /// <summary>The leader's first offset; a follower drops what lies below.</summary>
    public required long LogStartOffset { get; init; }

    /// <summary>
    /// The leader has nothing left from before <see cref="PreviousOffset"/>: a follower whose log is not the same up
    /// to there drops it all and starts anew there.
    /// </summary>
    public bool StartsAnew { get; init; }

    /// <summary>Whole batches as stored, in offset order; empty: only a question, or only news.</summary>
    public ReadOnlyMemory<byte> Records { get; init; }
}

/// <summary>How a follower took an append.</summary>
public enum ReplicaAppendStatus : byte
{
    /// <summary>Its log is the leader's up to <see cref="ReplicaAppendResult.EndOffset"/>.</summary>
    Appended,

    /// <summary>
    /// Its log is another before the append: <see cref="ReplicaAppendResult.Epoch"/> is its latest epoch that is not
    /// above the one named, <see cref="ReplicaAppendResult.EndOffset"/> where that ends.
    /// </summary>
    Diverged,

    /// <summary>It knows of a later leadership: <see cref="ReplicaAppendResult.Epoch"/>.</summary>
    Fenced,

    /// <summary>It can't take anything now (no such partition yet, log not open, disk failed): ask later.</summary>
    Unready,

    /// <summary>Nobody knows whether it arrived: the link broke, or the answer did not come in time.</summary>
    Lost,
}

/// <summary>A follower's answer.</summary>
public readonly record struct ReplicaAppendResult
{
    /// <summary>How it went.</summary>
    public required ReplicaAppendStatus Status { get; init; }

    /// <summary>See <see cref="ReplicaAppendStatus"/>; else -1.</summary>
    public int Epoch { get; init; }

    /// <summary>See <see cref="ReplicaAppendStatus"/>; else -1.</summary>
    public long EndOffset { get; init; }

    /// <summary>The follower's broker epoch (KIP-903): what it holds counts for this life of it only.</summary>
    public long BrokerEpoch { get; init; }

    /// <summary>
    /// Milliseconds for which the follower's broker asks not to be sent more for throttled replicas (KIP-73).
    /// </summary>
    public int RestMs { get; init; }

    /// <summary>The answer that says no more than its status.</summary>
    public static ReplicaAppendResult Of(ReplicaAppendStatus status) =>
        new() { Status = status, Epoch = -1, EndOffset = -1, BrokerEpoch = -1 };
}
