namespace ActorBroker.Client;

/// <summary>Who must have a batch before the broker acknowledges it.</summary>
public enum Acks : short
{
    /// <summary>Every replica that is in sync: an acknowledged record survives the leader.</summary>
    All = -1,

    /// <summary>Nobody: sent counts as delivered, and failures go unseen.</summary>
    None = 0,

    /// <summary>The leader.</summary>
    Leader = 1,
}
