using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster;

/// <summary>The ways from this broker's leaders to the followers at other brokers.</summary>
/// <remarks>
/// One that is slow, or gone, holds back only its own: bytes on the way to a broker are bounded, and a link that breaks
/// is made anew with a back-off. Appends to one broker usually arrive in order; nothing relies on it.
/// </remarks>
public interface IReplicaLinks : IAsyncDisposable
{
    /// <summary>Whoever takes what other brokers' leaders send here; set before this broker joins.</summary>
    IReplicaTarget? Target { get; set; }

    /// <summary>
    /// Sends, and answers what the follower said; <see cref="ReplicaAppendStatus.Lost"/> or
    /// <see cref="ReplicaAppendStatus.Unready"/> where it can't be reached. Never throws. The append's memory must stay
    /// as it is until the answer.
    /// </summary>
    ValueTask<ReplicaAppendResult> AppendAsync(int brokerId, ReplicaAppend append);
}

/// <summary>A broker's followers, as leaders elsewhere see them.</summary>
public interface IReplicaTarget
{
    /// <summary>Takes an append; never throws. The memory is the caller's again after the answer.</summary>
    ValueTask<ReplicaAppendResult> AppendAsync(ReplicaAppend append);
}
