namespace ActorBroker.Core.Configuration;

/// <summary>Where a value comes from, with the numbers that DescribeConfigs puts on the wire.</summary>
public enum ConfigSource : sbyte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Set on the topic.</summary>
    TopicConfig = 1,

    /// <summary>Set at run time for one broker.</summary>
    DynamicBrokerConfig = 2,

    /// <summary>Set at run time for all brokers.</summary>
    DynamicDefaultBrokerConfig = 3,

    /// <summary>Set at the start: file, environment or command line.</summary>
    StaticBrokerConfig = 4,

    /// <summary>The default.</summary>
    DefaultConfig = 5,

    /// <summary>Set on the consumer group.</summary>
    GroupConfig = 8,
}
