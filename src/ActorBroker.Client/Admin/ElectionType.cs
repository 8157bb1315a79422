namespace ActorBroker.Client;

/// <summary>Who may become leader of a partition.</summary>
public enum ElectionType
{
    /// <summary>Its preferred replica, the first of its replicas, if that is in sync.</summary>
    Preferred = 0,

    /// <summary>
    /// Any live replica, where nobody leads and nobody is in sync: committed records that it does not have are lost.
    /// </summary>
    Unclean = 1,
}
