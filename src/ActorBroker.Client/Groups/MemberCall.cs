namespace ActorBroker.Client.Groups;

/// <summary>What a member asks its coordinator next.</summary>
internal enum MemberCall
{
    /// <summary>Nothing, until its next time.</summary>
    None,

    /// <summary>JoinGroup.</summary>
    Join,

    /// <summary>SyncGroup.</summary>
    Sync,

    /// <summary>Heartbeat, or ConsumerGroupHeartbeat.</summary>
    Heartbeat,
}
