namespace ActorBroker.Client;

/// <summary>Where a setting's value comes from, by Kafka's numbers.</summary>
public enum ConfigSource
{
    /// <summary>The broker did not say.</summary>
    Unknown = 0,

    /// <summary>The topic's own.</summary>
    Topic = 1,

    /// <summary>Set on one broker while running.</summary>
    DynamicBroker = 2,

    /// <summary>Set on all brokers while running.</summary>
    DynamicDefaultBroker = 3,

    /// <summary>The broker's configuration at its start.</summary>
    StaticBroker = 4,

    /// <summary>The default.</summary>
    Default = 5,

    /// <summary>Set for the broker's loggers.</summary>
    DynamicBrokerLogger = 6,

    /// <summary>The consumer group's own.</summary>
    Group = 8,
}
