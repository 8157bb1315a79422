namespace ActorBroker.Core.Replication;

/// <summary>What a follower does with an append, in this order; or the refusal that it answers at once.</summary>
public readonly record struct FollowerDecision
{
    /// <summary>Set: nothing is to be done but to answer this.</summary>
    public ReplicaAppendResult? Refusal { get; init; }

    /// <summary>Not -1: drop the whole log and start it anew at this offset; nothing else is cut then.</summary>
    public long StartAt { get; init; }

    /// <summary>The epoch of the leader's record right before <see cref="StartAt"/>; -1: unknown.</summary>
    public int StartEpoch { get; init; }

    /// <summary>Not -1: drop everything from this offset on.</summary>
    public long TruncateTo { get; init; }

    /// <summary>Where in the append's records those begin that the log does not hold yet, in bytes.</summary>
    public int FirstNewByte { get; init; }

    /// <summary>The log is the leader's up to here once all of that is done: what is answered.</summary>
    public long EndOffset { get; init; }
}
