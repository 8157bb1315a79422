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
            new ConfigInput(listeners, $"PLAINTEXT://127.0.0.1:{port}", nameof(EmbeddedBrokerOptions.Port)),
            new ConfigInput(BrokerKeys.LogDir.Name, folder, nameof(EmbeddedBrokerOptions.DataFolder)),
            new ConfigInput(BrokerKeys.HttpListener.Name, "", "an embedded broker's default"),
            .. options.Settings.Select(setting => new ConfigInput(setting.Key, setting.Value, Origin)),
        ]);
    }
}
