namespace ActorBroker.Core.Groups.Offsets;

/// <summary>From when on the retention of a group's offsets counts (KIP-211).</summary>
internal enum OffsetExpiry
{
    /// <summary>Nothing expires now: nobody knows what the members read, or they are finding out.</summary>
    Never,

    /// <summary>Since the group became empty.</summary>
    SinceEmpty,

    /// <summary>Since the offset was committed.</summary>
    SinceCommit,
}
