namespace ActorBroker.Protocol;

/// <summary>The versions of a message, and from which on it is flexible.</summary>
public readonly record struct VersionSpan(short Lowest, short Highest, short FirstFlexible)
{
    /// <summary>True when the message has the version.</summary>
    public bool Contains(short version) => version >= Lowest && version <= Highest;

    /// <summary>True when the version has compact lengths and tagged fields.</summary>
    public bool IsFlexible(short version) => version >= FirstFlexible;
}
