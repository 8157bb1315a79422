namespace ActorBroker.Core.Groups.Classic;

/// <summary>The states of a classic group, by Kafka's names.</summary>
internal enum ClassicState : byte
{
    /// <summary>No members; there may be offsets.</summary>
    Empty,

    /// <summary>Members join; their joins are parked until all are there or the wait is over.</summary>
    PreparingRebalance,

    /// <summary>All know the new generation; syncs are parked until the leader brings the assignment.</summary>
    CompletingRebalance,

    /// <summary>Members have their assignments.</summary>
    Stable,

    /// <summary>Deleted; the object serves nobody any more.</summary>
    Dead,
}
