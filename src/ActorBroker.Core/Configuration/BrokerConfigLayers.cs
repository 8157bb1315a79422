namespace ActorBroker.Core.Configuration;

/// <summary>What was set, layer by layer; what was not set is in none.</summary>
internal sealed record BrokerConfigLayers(
    IReadOnlyDictionary<ConfigKey, ConfigSetting> PerBroker,
    IReadOnlyDictionary<ConfigKey, ConfigSetting> ClusterDefaults,
    IReadOnlyDictionary<ConfigKey, ConfigSetting> Static)
{
    private static readonly Dictionary<ConfigKey, ConfigSetting> None = [];

    public static BrokerConfigLayers AtStart(IReadOnlyDictionary<ConfigKey, ConfigSetting> settings)
        => new(None, None, settings);

    /// <summary>The strongest layer's value.</summary>
    public ConfigSetting? Find(ConfigKey key)
        => PerBroker.TryGetValue(key, out var setting)
            || ClusterDefaults.TryGetValue(key, out setting)
            || Static.TryGetValue(key, out setting)
            ? setting
            : null;

    /// <summary>The layers with their values, strongest first.</summary>
    public IEnumerable<(ConfigSource Source, ConfigSetting Setting)> FindAll(ConfigKey key)
    {
        if (PerBroker.TryGetValue(key, out var setting))
        {
            yield return (ConfigSource.DynamicBrokerConfig, setting);
        }

        if (ClusterDefaults.TryGetValue(key, out setting))
        {
            yield return (ConfigSource.DynamicDefaultBrokerConfig, setting);
        }

        if (Static.TryGetValue(key, out setting))
        {
            yield return (ConfigSource.StaticBrokerConfig, setting);
        }
    }

    public BrokerConfigLayers WithDynamic(
        IReadOnlyDictionary<string, string> clusterDefaults, IReadOnlyDictionary<string, string> perBroker)
        => this with { ClusterDefaults = Read(clusterDefaults), PerBroker = Read(perBroker) };

    // What is stored was checked when it was set. A value that another version stored, and this one can't read, must
    // not keep the broker from starting: the next layer holds instead.
    private static Dictionary<ConfigKey, ConfigSetting> Read(IReadOnlyDictionary<string, string> texts)
    {
        var settings = new Dictionary<ConfigKey, ConfigSetting>();
        foreach (var (name, text) in texts)
        {
            if (ConfigCatalogue.TryGetBroker(name, out var key)
                && key.Scope != ConfigScope.ReadOnly
                && key.TryRead(text, out var value, out var canonical, out _))
            {
                settings[key] = new ConfigSetting(value, canonical, "set at run time");
            }
        }

        return settings;
    }
}
