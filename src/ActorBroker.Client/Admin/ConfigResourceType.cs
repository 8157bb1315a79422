namespace ActorBroker.Client;

/// <summary>The kinds of things that have settings, by Kafka's numbers.</summary>
public enum ConfigResourceType
{
    /// <summary>Neither.</summary>
    Unknown = 0,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A broker, or all of them.</summary>
    Broker = 4,
}
