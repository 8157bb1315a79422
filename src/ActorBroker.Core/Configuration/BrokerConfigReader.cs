namespace ActorBroker.Core.Configuration;

/// <summary>Turns what people wrote into settings, or into the one line that says what is wrong.</summary>
internal static class BrokerConfigReader
{
    private const string NodeId = "node.id";

    public static (BrokerConfigLayers Layers, IReadOnlyList<IgnoredSetting> Ignored) Read(
        IEnumerable<ConfigInput> inputs)
    {
        var settings = new Dictionary<ConfigKey, ConfigSetting>();
        ConfigSetting? brokerId = null;
        ConfigSetting? nodeId = null;
        foreach (var input in inputs)
        {
            var key = Find(input);
            var setting = ReadOne(key, input);
            settings[key] = setting;
            nodeId = input.Name == NodeId ? setting : nodeId;
            brokerId = input.Name == BrokerKeys.BrokerId.Name ? setting : brokerId;
        }

        if (brokerId is not null && nodeId is not null && brokerId.Text != nodeId.Text)
        {
            throw new ConfigurationException(
                $"{NodeId}={nodeId.Text} ({nodeId.Origin}): broker.id={brokerId.Text} ({brokerId.Origin}) says "
                + "otherwise, and both name the same thing; keep one of them");
        }

        var layers = BrokerConfigLayers.AtStart(settings);
        PlaceDataFolders(settings, layers);
        CheckRoles(settings, layers);
        return (layers, Ignored(settings));
    }

    public static ConfigurationException Fail(BrokerConfigLayers layers, ConfigKey key, string problem)
    {
        var setting = layers.Find(key);
        var text = setting?.Text ?? key.DefaultText ?? "";
        return Fail(key.Name, text, setting?.Origin ?? "default", key.IsSensitive, problem);
    }

    /// <summary>What is wrong with a value, in the words of an answer to a client; null when nothing is.</summary>
    public static string? Problem(ConfigKey key, string text)
    {
        var shown = key.IsSensitive ? "[hidden]" : text;
        if (!key.TryRead(text, out var value, out var canonical, out var problem))
        {
            return $"Invalid value {shown} for configuration {key.Name}: {problem}; allowed: {key.Allowed}";
        }

        return IsRefused(key, value, canonical)
            ? $"Invalid value {shown} for configuration {key.Name}: {key.Reason}"
            : null;
    }

    private static ConfigKey Find(ConfigInput input)
    {
        if (ConfigCatalogue.TryGetBroker(input.Name, out var key))
        {
            return key;
        }

        // listener.name.external.ssl.keystore.location: the same setting, for one listener.
        const string prefix = "listener.name.";
        if (input.Name.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw Fail(
                input.Name, input.Value, input.Origin, isSensitive: true,
                "settings for one listener are not supported yet; remove it");
        }

        // Whoever mistypes a secret's name doesn't want the secret on the screen.
        var secret = input.Name.Contains("password", StringComparison.OrdinalIgnoreCase)
            || input.Name.Contains("secret", StringComparison.OrdinalIgnoreCase);
        throw Fail(
            input.Name, input.Value, input.Origin, secret, $"unknown setting; {ConfigCatalogue.Hint(input.Name)}");
    }

    private static ConfigSetting ReadOne(ConfigKey key, ConfigInput input)
    {
        if (!key.TryRead(input.Value, out var value, out var canonical, out var problem))
        {
            throw Fail(input.Name, input.Value, input.Origin, key.IsSensitive, $"{problem}; allowed: {key.Allowed}");
        }

        if (IsRefused(key, value, canonical))
        {
            throw Fail(input.Name, input.Value, input.Origin, key.IsSensitive, $"{key.Reason}; remove it");
        }

        return new ConfigSetting(value, canonical, input.Origin);
    }

    private static bool IsRefused(ConfigKey key, object? value, string? canonical)
        => key.Support == ConfigSupport.Refused && value is not null && !string.IsNullOrEmpty(canonical)
            && canonical != key.DefaultText;

    // log.dir is the older, single form of log.dirs. A member of a local cluster that names neither has its data in the
    // cluster's folder: the usual default is for one broker only.
    private static void PlaceDataFolders(Dictionary<ConfigKey, ConfigSetting> settings, BrokerConfigLayers layers)
    {
        if (!settings.TryGetValue(BrokerKeys.LogDirs, out var folders))
        {
            if (settings.TryGetValue(BrokerKeys.LogDir, out var folder) && folder.Value is string path)
            {
                settings[BrokerKeys.LogDirs] = folder with { Value = new[] { path } };
            }
            else if (settings.TryGetValue(BrokerKeys.ClusterDir, out var cluster) &&
                cluster.Value is string { Length: > 0 } shared)
            {
                var id = settings.GetValueOrDefault(BrokerKeys.BrokerId)?.Value ?? BrokerKeys.BrokerId.DefaultValue;
                settings[BrokerKeys.LogDirs] = cluster with { Value = new[] { Path.Join(shared, $"broker-{id}") } };
            }

            return;
        }

        var paths = (IReadOnlyList<string>)folders.Value!;
        if (paths.Count == 0)
        {
            throw Fail(layers, BrokerKeys.LogDirs, "no folder; name at least one");
        }

        if (paths.Distinct(StringComparer.Ordinal).Count() != paths.Count)
        {
            throw Fail(layers, BrokerKeys.LogDirs, "a folder stands there twice; name each once");
        }
    }

    private static void CheckRoles(Dictionary<ConfigKey, ConfigSetting> settings, BrokerConfigLayers layers)
    {
        if (settings.TryGetValue(AcceptedKeys.ProcessRoles, out var roles)
            && roles.Value is IReadOnlyList<string> { Count: > 0 } list
            && !list.Contains("broker"))
        {
            throw Fail(layers, AcceptedKeys.ProcessRoles, "this process is always a broker; remove the setting");
        }
    }

    private static IgnoredSetting[] Ignored(Dictionary<ConfigKey, ConfigSetting> settings)
        => settings
            .Where(pair => pair.Key.Support == ConfigSupport.Ignored)
            .Select(pair => new IgnoredSetting(pair.Key.Name, pair.Value.Origin, pair.Key.Reason ?? ""))
            .OrderBy(ignored => ignored.Name, StringComparer.Ordinal)
            .ToArray();

    private static ConfigurationException Fail(
        string name, string value, string origin, bool isSensitive, string problem)
        => new($"{OneLine(name)}={(isSensitive ? "[hidden]" : OneLine(value))} ({origin}): {problem}");

    private static string OneLine(string text)
    {
        const int longest = 200;
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= longest ? line : string.Concat(line.AsSpan(0, longest), "...");
    }
}
