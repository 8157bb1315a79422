namespace ActorBroker.Core.Configuration;

/// <summary>Settings as DescribeConfigs shows them.</summary>
internal static class ConfigDescriber
{
    public static IReadOnlyList<ConfigEntry> Broker(BrokerConfig config)
        => BrokerKeys.All.Concat(AcceptedKeys.All)
            .OrderBy(key => key.Name, StringComparer.Ordinal)
            .Select(key => DescribeBroker(config, key))
            .ToArray();

    public static IReadOnlyList<ConfigEntry> Topic(BrokerConfig config, IReadOnlyDictionary<string, string> overrides)
        => ConfigCatalogue.TopicSettings
            .OrderBy(key => key.Name, StringComparer.Ordinal)
            .Select(key => DescribeOwn(config, key, overrides, ConfigSource.TopicConfig))
            .ToArray();

    public static IReadOnlyList<ConfigEntry> Group(BrokerConfig config, IReadOnlyDictionary<string, string> overrides)
        => GroupKeys.All
            .OrderBy(key => key.Name, StringComparer.Ordinal)
            .Select(key => DescribeOwn(config, key, overrides, ConfigSource.GroupConfig))
            .ToArray();

    private static ConfigEntry DescribeBroker(BrokerConfig config, ConfigKey key)
    {
        // log.retention.minutes and log.retention.hours stand in for log.retention.ms:
        // the weaker names are its synonyms.
        var group = TopicKeys.All
            .Select(topic => topic.BrokerSynonyms)
            .FirstOrDefault(synonyms => synonyms.Any(synonym => synonym.Key == key));
        var names = group?.Select(synonym => synonym.Key).SkipWhile(other => other != key).ToArray() ?? [key];
        var setting = config.Layers.Find(key);
        var source = config.Layers.FindAll(key)
            .Select(found => found.Source)
            .FirstOrDefault(ConfigSource.DefaultConfig);
        return new ConfigEntry(
            key.Name,
            key.IsSensitive ? null : setting is null ? key.DefaultText : setting.Text,
            source,
            key.Type,
            key.Scope == ConfigScope.ReadOnly,
            key.IsSensitive,
            key.Documentation,
            Synonyms(config, names));
    }

    private static ConfigEntry DescribeOwn(
        BrokerConfig config, ConfigKey key, IReadOnlyDictionary<string, string> overrides, ConfigSource own)
    {
        var synonyms = Synonyms(config, key.BrokerSynonyms.Select(synonym => synonym.Key).ToArray());
        if (key.BrokerSynonyms.Count == 0 && key.DefaultText is { } fallback)
        {
            synonyms.Add(new ConfigSynonym(key.Name, fallback, ConfigSource.DefaultConfig));
        }

        var value = TopicConfig.BrokerValue(config, key) is { } inherited ? key.Show(inherited) : null;
        var source = synonyms.Count > 0 ? synonyms[0].Source : ConfigSource.DefaultConfig;
        if (overrides.TryGetValue(key.Name, out var text) && key.TryRead(text, out _, out var canonical, out _))
        {
            value = canonical;
            source = own;
            synonyms.Insert(0, new ConfigSynonym(key.Name, canonical, source));
        }

        return new ConfigEntry(
            key.Name, value, source, key.Type, IsReadOnly: false, key.IsSensitive, key.Documentation, synonyms);
    }

    // The strongest source first; in one source, the strongest name first.
    private static List<ConfigSynonym> Synonyms(BrokerConfig config, IReadOnlyList<ConfigKey> keys)
    {
        var set =
            from key in keys
            from found in config.Layers.FindAll(key)
            select new ConfigSynonym(key.Name, key.IsSensitive ? null : found.Setting.Text, found.Source);
        var defaults =
            from key in keys
            where key.DefaultText is not null
            select new ConfigSynonym(key.Name, key.IsSensitive ? null : key.DefaultText, ConfigSource.DefaultConfig);
        return set.Concat(defaults).OrderBy(synonym => (int)synonym.Source).ToList();
    }
}
