using ActorBroker.Core.Configuration;

namespace ActorBroker.Server;

/// <summary>Puts the settings of an embedded broker together.</summary>
internal static class EmbeddedSettings
{
    private const string Origin = "EmbeddedBrokerOptions.Settings";

    public static BrokerConfig Read(EmbeddedBrokerOptions options, string folder, int port)
    {
        foreach (var name in new[] { BrokerKeys.LogDirs.Name, BrokerKeys.LogDir.Name })
        {
            if (options.Settings.ContainsKey(name))
            {
                throw new ConfigurationException($"{name} ({Origin}): name the folder by DataFolder instead");
            }
        }

        var listeners = BrokerKeys.Listeners.Name;
        if (port != 0 && options.Settings.ContainsKey(listeners))
        {
            throw new ConfigurationException($"{listeners} ({Origin}): Port says where to listen; keep one of them");
        }

        return BrokerConfig.Parse(
        [
            .. Base(folder, port),
            .. options.Settings.Select(setting => new ConfigInput(setting.Key, setting.Value, Origin)),
        ]);
    }

    /// <summary>One of several brokers.</summary>
    public static BrokerConfig Read(EmbeddedClusterOptions options, int brokerId, int brokers, string folder, int port)
    {
        const string origin = "EmbeddedClusterOptions";
        var own = options.BrokerSettings.GetValueOrDefault(brokerId) ?? new Dictionary<string, string>();
        ConfigInput[] given =
            [.. options.Settings.Concat(own).Select(each => new ConfigInput(each.Key, each.Value, origin))];
        foreach (var key in new ConfigKey[]
            { BrokerKeys.LogDirs, BrokerKeys.LogDir, BrokerKeys.Listeners, BrokerKeys.BrokerId, BrokerKeys.ClusterDir })
        {
            if (given.Any(input => input.Name == key.Name))
            {
                throw new ConfigurationException($"{key.Name} ({origin}): the cluster sets it for each of its brokers");
            }
        }

        return BrokerConfig.Parse(
        [
            .. Base(folder, port),
            new ConfigInput(BrokerKeys.BrokerId.Name, $"{brokerId}", origin),
            new ConfigInput(BrokerKeys.DefaultReplicationFactor.Name, $"{Math.Min(3, brokers)}", origin),
            .. given,
        ]);
    }

    private static IEnumerable<ConfigInput> Base(string folder, int port) =>
    [
        new ConfigInput(BrokerKeys.Listeners.Name, $"PLAINTEXT://127.0.0.1:{port}", nameof(EmbeddedBrokerOptions.Port)),
        new ConfigInput(BrokerKeys.LogDir.Name, folder, nameof(EmbeddedBrokerOptions.DataFolder)),
        new ConfigInput(BrokerKeys.HttpListener.Name, "", "an embedded broker's default"),
    ];
}
