namespace ActorBroker.Core.Groups.Consumer;

/// <summary>How far a member's own assignment is from its target; the numbers are what is stored.</summary>
internal enum MemberState : sbyte
{
    /// <summary>It has all that the target of its epoch gives it.</summary>
    Stable = 0,

    /// <summary>It must give partitions up before its epoch moves on.</summary>
    UnrevokedPartitions = 1,

    /// <summary>It waits for partitions that others have yet to give up.</summary>
    UnreleasedPartitions = 2,

    /// <summary>Stored by something newer: the member has to begin anew.</summary>
    Unknown = 127,
}
