namespace ActorBroker.Client.Groups;

/// <summary>Where a member of a classic group stands.</summary>
internal enum ClassicState
{
    /// <summary>Wants to join; what it lost is being given up.</summary>
    Out,

    /// <summary>Gives up partitions before it joins again; a member still.</summary>
    Giving,

    /// <summary>Joins.</summary>
    Joining,

    /// <summary>Has joined, and waits for its assignment.</summary>
    Syncing,

    /// <summary>Has its assignment.</summary>
    Stable,
}
