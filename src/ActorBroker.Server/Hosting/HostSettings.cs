using System.Globalization;
using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Configuration;

namespace ActorBroker.Server;

/// <summary>
/// Gathers a hosted broker's settings: the host's configuration, then code. In a configuration the names may be
/// whole (<c>"log.dirs"</c>) or nested (<c>"log": { "dirs": ... }</c>), as in the broker's own JSON file.
/// </summary>
internal static class HostSettings
{
    private const string CodeOrigin = "AddActorBroker";

    public static BrokerConfig Read(ActorBrokerOptions options, IConfiguration? host)
    {
        var section = options.Configuration ?? host?.GetSection(ActorBrokerOptions.SectionName);
        var inputs = new List<ConfigInput> { new(BrokerKeys.HttpListener.Name, "", "a hosted broker's default") };
        if (section is not null)
        {
            Collect(section, "", inputs);
        }

        inputs.AddRange(options.Settings.Select(each => new ConfigInput(each.Key, each.Value, CodeOrigin)));
        return BrokerConfig.Parse(inputs);
    }

    private static void Collect(IConfiguration parent, string prefix, List<ConfigInput> inputs)
    {
        foreach (var child in parent.GetChildren())
        {
            var name = prefix + child.Key;
            if (TextOf(child) is { } text)
            {
                inputs.Add(new ConfigInput(name, text, $"configuration {child.Path}"));
            }
            else
            {
                Collect(child, name + ".", inputs);
            }
        }
    }

    /// <summary>A value, or an array's values as Kafka writes lists; null for a section.</summary>
    private static string? TextOf(IConfigurationSection section)
    {
        if (section.Value is { } value)
        {
            return value;
        }

        var items = section.GetChildren().ToArray();
        return items.All(item => item.Value is not null && int.TryParse(item.Key, CultureInfo.InvariantCulture, out _))
            ? string.Join(',', items.Select(item => item.Value))
            : null;
    }
}
