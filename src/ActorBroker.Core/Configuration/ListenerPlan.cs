using System.Collections.Immutable;

namespace ActorBroker.Core.Configuration;

/// <summary>The listeners that a broker opens and tells, out of the five settings that speak of them.</summary>
internal sealed record ListenerPlan(
    ImmutableArray<Listener> Listeners, ImmutableArray<Listener> Advertised, Listener? Http)
{
    private static readonly string[] Protocols = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

    /// <summary>Makes the plan, or hands the offending setting and the problem to <paramref name="fail"/>.</summary>
    public static ListenerPlan Make(BrokerConfig config, Func<ConfigKey, string, ConfigurationException> fail)
    {
        if (!ListenerSyntax.TryParse(config.Get(BrokerKeys.Listeners), out var listeners, out var problem))
        {
            throw fail(BrokerKeys.Listeners, problem);
        }

        // A Kafka controller's listener is no broker listener: clients have no business there.
        var controllers = config.Get(BrokerKeys.ControllerListenerNames)
            .Select(name => name.ToUpperInvariant()).ToHashSet(StringComparer.Ordinal);
        listeners = listeners.RemoveAll(listener => controllers.Contains(listener.Name));
        if (listeners.IsEmpty)
        {
            throw fail(BrokerKeys.Listeners, $"only controller listeners; {ListenerSyntax.Expected}");
        }

        CheckProtocols(config, listeners, fail);
        CheckPorts(listeners, fail);
        var advertised = ReadAdvertised(config, listeners, controllers, fail);
        return new ListenerPlan(listeners, advertised, ReadHttp(config, fail));
    }

    private static Listener? ReadHttp(BrokerConfig config, Func<ConfigKey, string, ConfigurationException> fail)
    {
        var text = config.Get(BrokerKeys.HttpListener);
        if (text.Length == 0)
        {
            return null;
        }

        return ListenerSyntax.TryParse(text, out var listeners, out _) && listeners is [{ Name: "HTTP" } http]
            ? http
            : throw fail(
                BrokerKeys.HttpListener,
                "no HTTP address; write http://host:port, port 0 for any free one, or nothing to turn HTTP off");
    }

    private static void CheckProtocols(
        BrokerConfig config, ImmutableArray<Listener> listeners, Func<ConfigKey, string, ConfigurationException> fail)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = config.Get(BrokerKeys.ListenerSecurityProtocolMap)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var entry in entries)
        {
            var parts = entry.Split(':', StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !Protocols.Contains(parts[1].ToUpperInvariant()))
            {
                throw fail(
                    BrokerKeys.ListenerSecurityProtocolMap,
                    $"'{entry}' maps no listener name to a protocol; write NAME:PLAINTEXT");
            }

            map[parts[0].ToUpperInvariant()] = parts[1].ToUpperInvariant();
        }

        foreach (var listener in listeners)
        {
            if (!map.TryGetValue(listener.Name, out var protocol))
            {
                throw fail(
                    BrokerKeys.Listeners,
                    $"{listener.Name} is no known protocol; add {listener.Name}:PLAINTEXT to "
                    + "listener.security.protocol.map");
            }

            if (protocol != "PLAINTEXT")
            {
                throw fail(
                    BrokerKeys.Listeners, $"the protocol {protocol} of {listener} is not supported yet; use PLAINTEXT");
            }
        }
    }

    private static void CheckPorts(
        ImmutableArray<Listener> listeners, Func<ConfigKey, string, ConfigurationException> fail)
    {
        var taken = new HashSet<(string, int)>();
        foreach (var listener in listeners)
        {
            if (listener.Port != 0 && !taken.Add((listener.Host, listener.Port)))
            {
                throw fail(BrokerKeys.Listeners, $"{listener} uses the port of another listener; give it its own");
            }
        }
    }

    private static ImmutableArray<Listener> ReadAdvertised(
        BrokerConfig config, ImmutableArray<Listener> listeners, HashSet<string> controllers,
        Func<ConfigKey, string, ConfigurationException> fail)
    {
        if (config.Get(BrokerKeys.AdvertisedListeners) is not { } text)
        {
            return [];
        }

        if (!ListenerSyntax.TryParse(text, out var advertised, out var problem))
        {
            throw fail(BrokerKeys.AdvertisedListeners, problem);
        }

        advertised = advertised.RemoveAll(listener => controllers.Contains(listener.Name));
        foreach (var listener in advertised)
        {
            if (!listeners.Any(opened => opened.Name == listener.Name))
            {
                var names = string.Join(", ", listeners.Select(opened => opened.Name));
                throw fail(
                    BrokerKeys.AdvertisedListeners, $"{listener.Name} is not one of listeners ({names})");
            }

            if (listener.Port == 0 || listener.Host is "" or "0.0.0.0" or "::")
            {
                throw fail(
                    BrokerKeys.AdvertisedListeners,
                    $"clients can't connect to {listener}; write a host and a port that they can reach");
            }
        }

        return advertised;
    }
}
