namespace ActorBroker.Client;

/// <summary>One setting as a broker reports it.</summary>
/// <param name="Name">Kafka's name.</param>
/// <param name="Value">The value; null where it is a secret or has none.</param>
/// <param name="Source">Where the value comes from.</param>
/// <param name="IsReadOnly">True where it cannot be changed while the broker runs.</param>
/// <param name="IsSensitive">True for a secret.</param>
public sealed record ConfigDescription(
    string Name, string? Value, ConfigSource Source, bool IsReadOnly, bool IsSensitive)
{
    /// <summary>What values look like; unknown where the broker is too old to say.</summary>
    public ConfigType Type { get; init; }

    /// <summary>What the setting does; null where the broker did not say.</summary>
    public string? Documentation { get; init; }

    /// <summary>Where the value could come from, the winning source first; none where unknown.</summary>
    public IReadOnlyList<ConfigSynonym> Synonyms { get; init; } = [];
}
