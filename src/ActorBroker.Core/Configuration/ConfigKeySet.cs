using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// The keys of one kind, in the order of their declaration: a declaration goes through the methods here, and so no
/// key can be missing from the set, or in it twice.
/// </summary>
internal sealed class ConfigKeySet(ConfigSupport support = ConfigSupport.Honoured, string? reason = null)
{
    private readonly List<ConfigKey> _keys = [];
    private readonly Dictionary<string, ConfigKey> _byName = new(StringComparer.Ordinal);

    public IReadOnlyList<ConfigKey> Keys => _keys;

    public bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key) => _byName.TryGetValue(name, out key);

    public ConfigKey<bool> Boolean(
        string name, bool fallback, ConfigScope scope, string documentation, params BrokerSynonym[] synonyms)
        => Declare(name, ConfigSyntax.Boolean, fallback, null, scope, documentation, synonyms);

    public ConfigKey<int> Int(
        string name, int fallback, ConfigRule<int>? rule, ConfigScope scope, string documentation,
        params BrokerSynonym[] synonyms)
        => Declare(name, ConfigSyntax.Int, fallback, rule, scope, documentation, synonyms);

    public ConfigKey<short> Short(
        string name, short fallback, ConfigRule<short>? rule, ConfigScope scope, string documentation)
        => Declare(name, ConfigSyntax.Short, fallback, rule, scope, documentation);

    public ConfigKey<long> Long(
        string name, long fallback, ConfigRule<long>? rule, ConfigScope scope, string documentation,
        params BrokerSynonym[] synonyms)
        => Declare(name, ConfigSyntax.Long, fallback, rule, scope, documentation, synonyms);

    public ConfigKey<int?> OptionalInt(string name, ConfigRule<int?>? rule, ConfigScope scope, string documentation)
        => Declare(name, ConfigSyntax.OptionalInt, null, rule, scope, documentation);

    public ConfigKey<long?> OptionalLong(string name, ConfigRule<long?>? rule, ConfigScope scope, string documentation)
        => Declare(name, ConfigSyntax.OptionalLong, null, rule, scope, documentation);

    public ConfigKey<double> Double(
        string name, double fallback, ConfigRule<double>? rule, ConfigScope scope, string documentation,
        params BrokerSynonym[] synonyms)
        => Declare(name, ConfigSyntax.Double, fallback, rule, scope, documentation, synonyms);

    public ConfigKey<string> String(
        string name, string fallback, ConfigRule<string>? rule, ConfigScope scope, string documentation,
        params BrokerSynonym[] synonyms)
        => Declare(name, ConfigSyntax.String, fallback, rule, scope, documentation, synonyms);

    public ConfigKey<string?> OptionalString(string name, ConfigScope scope, string documentation)
        => Declare(name, ConfigSyntax.OptionalString, null, null, scope, documentation);

    public ConfigKey<string?> Class(string name, ConfigScope scope, string documentation)
        => Declare(name, ConfigSyntax.Class, null, null, scope, documentation);

    public ConfigKey<string?> Password(string name, ConfigScope scope, string documentation)
        => Declare(name, ConfigSyntax.Password, null, null, scope, documentation);

    public ConfigKey<IReadOnlyList<string>> List(
        string name, IReadOnlyList<string> fallback, ConfigRule<IReadOnlyList<string>>? rule, ConfigScope scope,
        string documentation, params BrokerSynonym[] synonyms)
        => Declare(name, ConfigSyntax.List, fallback, rule, scope, documentation, synonyms);

    private ConfigKey<T> Declare<T>(
        string name, ConfigSyntax<T> syntax, T fallback, ConfigRule<T>? rule, ConfigScope scope, string documentation,
        BrokerSynonym[]? synonyms = null)
    {
        var key = new ConfigKey<T>(name, syntax, fallback, rule, scope, documentation)
        {
            Index = _keys.Count,
            Support = support,
            Reason = reason,
            BrokerSynonyms = synonyms ?? [],
        };
        _byName.Add(name, key);
        _keys.Add(key);
        return key;
    }
}
