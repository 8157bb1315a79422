namespace ActorBroker.Orleans;

/// <summary>
/// The door to a follower: the log of one partition on one broker, for the partition's leader. It is where that broker
/// is, and nowhere else. Its key: <see cref="ReplicaKey"/>.
/// </summary>
[Alias("ActorBroker.IReplicaGrain")]
public interface IReplicaGrain : IGrainWithStringKey
{
    /// <summary>Takes what comes next in the leader's log, if both are the same up to there.</summary>
    [Alias("Append")]
    Task<ReplicaAnswer> AppendAsync(ReplicaQuestion question);
}

/// <summary>An append of a leader; the fields are those of the replication protocol.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.ReplicaQuestion")]
public readonly record struct ReplicaQuestion
{
    /// <summary>The sender's broker id.</summary>
    [Id(0)]
    public int LeaderId { get; init; }

    /// <summary>The sender's leadership.</summary>
    [Id(1)]
    public int LeaderEpoch { get; init; }

    /// <summary>Where that leadership began.</summary>
    [Id(2)]
    public long LeaderEpochStartOffset { get; init; }

    /// <summary>The epoch of the record before <see cref="PreviousOffset"/>; -1 where there is none.</summary>
    [Id(3)]
    public int PreviousEpoch { get; init; }

    /// <summary>Where <see cref="Records"/> begin.</summary>
    [Id(4)]
    public long PreviousOffset { get; init; }

    /// <summary>Everything below is committed.</summary>
    [Id(5)]
    public long HighWatermark { get; init; }

    /// <summary>The leader's first offset.</summary>
    [Id(6)]
    public long LogStartOffset { get; init; }

    /// <summary>The leader has nothing left from before <see cref="PreviousOffset"/>.</summary>
    [Id(7)]
    public bool StartsAnew { get; init; }

    /// <summary>Whole batches, or nothing.</summary>
    [Id(8)]
    public RecordBytes Records { get; init; }
}

/// <summary>A follower's answer; the fields are those of the replication protocol.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.ReplicaAnswer")]
public readonly record struct ReplicaAnswer
{
    /// <summary>How it went, by the protocol's number.</summary>
    [Id(0)]
    public byte Status { get; init; }

    /// <summary>The epoch that the status speaks of; else -1.</summary>
    [Id(1)]
    public int Epoch { get; init; }

    /// <summary>The offset that the status speaks of; else -1.</summary>
    [Id(2)]
    public long EndOffset { get; init; }

    /// <summary>The follower's life.</summary>
    [Id(3)]
    public long BrokerEpoch { get; init; }

    /// <summary>Milliseconds for which throttled replicas had better rest.</summary>
    [Id(4)]
    public int RestMs { get; init; }
}
