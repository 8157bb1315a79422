namespace ActorBroker.Client;

/// <summary>One of the places that a setting's value could come from.</summary>
/// <param name="Name">The setting's name there, e.g. the broker's name of a topic's setting.</param>
/// <param name="Value">The value there; null where it is a secret or has none.</param>
/// <param name="Source">The place.</param>
public sealed record ConfigSynonym(string Name, string? Value, ConfigSource Source);
