namespace ActorBroker.Core.Replication;

/// <summary>What a parked produce may be told now.</summary>
public enum AckState : byte
{
    /// <summary>Nothing yet.</summary>
    Waiting,

    /// <summary>Its records are as safe as its acks asked for.</summary>
    Acknowledged,

    /// <summary>Appended, but fewer replicas than <c>min.insync.replicas</c> are in sync by now to commit it.</summary>
    NotEnoughReplicasAfterAppend,
}
