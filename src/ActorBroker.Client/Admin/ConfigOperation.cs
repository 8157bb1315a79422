namespace ActorBroker.Client;

/// <summary>What a change does to a setting, by Kafka's numbers.</summary>
public enum ConfigOperation
{
    /// <summary>Gives it a value.</summary>
    Set = 0,

    /// <summary>Takes its own value away.</summary>
    Delete = 1,

    /// <summary>Adds to a list.</summary>
    Append = 2,

    /// <summary>Takes out of a list.</summary>
    Subtract = 3,
}
