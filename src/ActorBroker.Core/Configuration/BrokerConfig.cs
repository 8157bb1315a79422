using System.Collections.Immutable;
using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// All settings of a broker: an immutable snapshot, made from what was written at the start and again whenever a
/// setting changes at run time. Precedence: set for this broker, set for all brokers, written at the start,
/// default.
/// </summary>
public sealed class BrokerConfig
{
    private readonly object?[] _values;
    private readonly ListenerPlan _plan;

    private BrokerConfig(BrokerConfigLayers layers, IReadOnlyList<IgnoredSetting> ignored)
    {
        Layers = layers;
        Ignored = ignored;
        _values = new object?[BrokerKeys.All.Count];
        foreach (var key in BrokerKeys.All)
        {
            _values[key.Index] = layers.Find(key) is { } setting ? setting.Value : key.DefaultValue;
        }

        GroupRules.Check(this, (key, problem) => BrokerConfigReader.Fail(layers, key, problem));
        _plan = ListenerPlan.Make(this, (key, problem) => BrokerConfigReader.Fail(layers, key, problem));
        LogDefaults = TopicConfig.Build(this, ImmutableDictionary<string, string>.Empty);
    }

    /// <summary>The settings that were written and have no effect: worth a warning each.</summary>
    public IReadOnlyList<IgnoredSetting> Ignored { get; }

    /// <summary>What the broker listens on.</summary>
    public ImmutableArray<Listener> Listeners => _plan.Listeners;

    /// <summary>
    /// What clients are told, for the listeners that <c>advertised.listeners</c> names; the others are told as
    /// bound.
    /// </summary>
    public ImmutableArray<Listener> AdvertisedListeners => _plan.Advertised;

    /// <summary>Where metrics and health are served over HTTP; null: nowhere.</summary>
    public Listener? HttpListener => _plan.Http;

    /// <summary>The settings of a topic that overrides none.</summary>
    public LogConfig LogDefaults { get; }

    internal BrokerConfigLayers Layers { get; }

    /// <summary>Reads what people wrote; of two values for a key, the later one wins.</summary>
    /// <exception cref="ConfigurationException">A setting can't be used; the message is one clear line.</exception>
    public static BrokerConfig Parse(IEnumerable<ConfigInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var (layers, ignored) = BrokerConfigReader.Read(inputs);
        return new BrokerConfig(layers, ignored);
    }

    /// <summary>The value in force. Cheap: an array look-up.</summary>
    public T Get<T>(ConfigKey<T> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Scope == ConfigScope.Topic || key.Support != ConfigSupport.Honoured)
        {
            throw new ArgumentException($"{key.Name} is not a broker setting that has an effect", nameof(key));
        }

        return (T)_values[key.Index]!;
    }

    /// <summary>
    /// The settings in force for a topic with these overrides; an override that can't be read counts as absent.
    /// </summary>
    public LogConfig ForTopic(IReadOnlyDictionary<string, string> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        return overrides.Count == 0 ? LogDefaults : TopicConfig.Build(this, overrides);
    }

    /// <summary>The same broker with these values set at run time, in place of any earlier ones.</summary>
    /// <param name="clusterDefaults">Set for all brokers.</param>
    /// <param name="perBroker">Set for this broker.</param>
    public BrokerConfig WithDynamic(
        IReadOnlyDictionary<string, string> clusterDefaults, IReadOnlyDictionary<string, string> perBroker)
    {
        ArgumentNullException.ThrowIfNull(clusterDefaults);
        ArgumentNullException.ThrowIfNull(perBroker);
        return new BrokerConfig(Layers.WithDynamic(clusterDefaults, perBroker), Ignored);
    }

    /// <summary>What is wrong with a topic's overrides; null when nothing is.</summary>
    public string? ValidateTopic(IReadOnlyDictionary<string, string> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        return TopicConfig.Validate(this, overrides);
    }

    /// <summary>What is wrong with setting a broker setting at run time; null when nothing is.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="value">The new value; null: back to the next default.</param>
    /// <param name="forAllBrokers">For the cluster rather than for one broker.</param>
    public static string? ValidateDynamic(string name, string? value, bool forAllBrokers)
    {
        if (!ConfigCatalogue.TryGetBroker(name, out var key))
        {
            return $"Unknown broker config name: {name}; {ConfigCatalogue.Hint(name)}";
        }

        if (key.Scope == ConfigScope.ReadOnly)
        {
            return $"Cannot update {name} dynamically: set it where the broker is started, and restart";
        }

        if (key.Scope == ConfigScope.PerBroker && forAllBrokers)
        {
            return $"{name} can only be set for one broker, not as the cluster's default";
        }

        return value is null ? null : BrokerConfigReader.Problem(key, value);
    }

    /// <summary>Every broker setting as DescribeConfigs shows it, by name.</summary>
    public IReadOnlyList<ConfigEntry> DescribeBroker() => ConfigDescriber.Broker(this);

    /// <summary>A consumer group's settings, with the overrides given.</summary>
    public IReadOnlyList<ConfigEntry> DescribeGroup(IReadOnlyDictionary<string, string> overrides)
        => ConfigDescriber.Group(this, overrides);

    /// <summary>What a consumer group has set for itself; values that cannot be read are passed over.</summary>
    public static GroupOverrides ForGroup(IReadOnlyDictionary<string, string> overrides)
        => GroupConfig.Build(overrides);

    /// <summary>What is wrong with a consumer group's overrides; null when nothing is.</summary>
    public string? ValidateGroup(IReadOnlyDictionary<string, string> overrides)
        => GroupConfig.Validate(this, overrides);

    /// <summary>Every setting of a topic with these overrides as DescribeConfigs shows it, by name.</summary>
    public IReadOnlyList<ConfigEntry> DescribeTopic(IReadOnlyDictionary<string, string> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        return ConfigDescriber.Topic(this, overrides);
    }

    internal object? Value(ConfigKey brokerKey) => _values[brokerKey.Index];
}
