using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// One setting, declared once: parsing, checks, topic overrides, DescribeConfigs and the reference page all derive
/// from it.
/// </summary>
public abstract class ConfigKey
{
    private protected ConfigKey(string name, ConfigType type, ConfigScope scope, string documentation)
    {
        Name = name;
        Type = type;
        Scope = scope;
        Documentation = documentation;
    }

    /// <summary>Kafka's name for it.</summary>
    public string Name { get; }

    /// <summary>Its type on the wire.</summary>
    public ConfigType Type { get; }

    /// <summary>Where it applies, and how it can change.</summary>
    public ConfigScope Scope { get; }

    /// <summary>What it does, in a sentence.</summary>
    public string Documentation { get; }

    /// <summary>What this broker does with it.</summary>
    public ConfigSupport Support { get; internal init; }

    /// <summary>Why it is ignored or refused; null when it is honoured.</summary>
    public string? Reason { get; internal init; }

    /// <summary>A topic setting's broker-level defaults, in order of precedence.</summary>
    public IReadOnlyList<BrokerSynonym> BrokerSynonyms { get; internal init; } = [];

    /// <summary>The default as text; null when unset.</summary>
    public abstract string? DefaultText { get; }

    /// <summary>What values are allowed, for people.</summary>
    public abstract string Allowed { get; }

    /// <summary>A secret: shown to nobody and never logged.</summary>
    public bool IsSensitive => Type == ConfigType.Password;

    /// <summary>The key's place in its set.</summary>
    internal int Index { get; init; }

    /// <summary>The default as a value.</summary>
    internal abstract object? DefaultValue { get; }

    /// <summary>A value as it is shown.</summary>
    internal abstract string Show(object value);

    /// <summary>Parses and checks a text; <paramref name="canonical"/> is how the value is shown.</summary>
    internal abstract bool TryRead(
        string text,
        out object? value,
        out string? canonical,
        [NotNullWhen(false)] out string? problem);
}
