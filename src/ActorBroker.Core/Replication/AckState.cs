namespace ActorBroker.Core.Replication;

/// <summary>What a parked produce may be told now.</summary>
public enum AckState : byte
{
    /// <summary>Nothing yet.</summary>
    Waiting,

    /// <summary>Its records are as safe as its acks asked for.</summary>
    Acknowledged,

    /// <summary>Committed, but by fewer in-sync replicas than <c>min.insync.replicas</c>.</summary>
    NotEnoughReplicasAfterAppend,
}
