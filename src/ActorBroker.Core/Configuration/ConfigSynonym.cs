namespace ActorBroker.Core.Configuration;

/// <summary>One value that is set for a setting, under its own name or a synonym's.</summary>
/// <param name="Name">The name under which it is set.</param>
/// <param name="Value">The value; null when secret.</param>
/// <param name="Source">Where it is set.</param>
public sealed record ConfigSynonym(string Name, string? Value, ConfigSource Source);
