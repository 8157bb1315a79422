namespace ActorBroker.Core.Configuration;

/// <summary>One row of DescribeConfigs.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Value">Its value in force; null when unset or secret.</param>
/// <param name="Source">Where that value comes from.</param>
/// <param name="Type">The type.</param>
/// <param name="IsReadOnly">It can't change at run time.</param>
/// <param name="IsSensitive">A secret: values are left out.</param>
/// <param name="Documentation">What it does.</param>
/// <param name="Synonyms">All values that are set, the one in force first, the default last.</param>
public sealed record ConfigEntry(
    string Name,
    string? Value,
    ConfigSource Source,
    ConfigType Type,
    bool IsReadOnly,
    bool IsSensitive,
    string Documentation,
    IReadOnlyList<ConfigSynonym> Synonyms)
{
    /// <summary>Nobody set it.</summary>
    public bool IsDefault => Source == ConfigSource.DefaultConfig;
}
