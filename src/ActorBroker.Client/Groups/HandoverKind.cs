namespace ActorBroker.Client.Groups;

/// <summary>What happens to partitions in the reader's turn.</summary>
internal enum HandoverKind
{
    /// <summary>They came.</summary>
    Assign,

    /// <summary>They are to be given up, and are this member's until then.</summary>
    Revoke,

    /// <summary>They are another's already.</summary>
    Lose,
}
