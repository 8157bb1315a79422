using System.Globalization;

namespace ActorBroker.Client;

/// <summary>What has settings: a topic, a broker, or all brokers together.</summary>
public sealed record ConfigResource
{
    private ConfigResource(ConfigResourceType type, string name, int? brokerId)
    {
        Type = type;
        Name = name;
        BrokerId = brokerId;
    }

    /// <summary>
    /// The default of all brokers: what <see cref="ConfigSource.DynamicDefaultBroker"/> values are set on.
    /// </summary>
    public static ConfigResource AllBrokers { get; } = new(ConfigResourceType.Broker, "", null);

    /// <summary>The kind.</summary>
    public ConfigResourceType Type { get; }

    /// <summary>The topic's name or the broker's id; empty for all brokers.</summary>
    public string Name { get; }

    /// <summary>The broker, where it is one; its settings are asked of itself.</summary>
    public int? BrokerId { get; }

    /// <summary>A topic.</summary>
    public static ConfigResource Topic(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ConfigResource(ConfigResourceType.Topic, name, null);
    }

    /// <summary>One broker.</summary>
    public static ConfigResource Broker(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        return new ConfigResource(ConfigResourceType.Broker, id.ToString(CultureInfo.InvariantCulture), id);
    }

    /// <inheritdoc/>
    public override string ToString() => (Type, Name) switch
    {
        (ConfigResourceType.Topic, _) => $"topic '{Name}'",
        (_, "") => "all brokers",
        _ => $"broker {Name}",
    };
}
