namespace ActorBroker.Client;

/// <summary>A topic to create.</summary>
public sealed record NewTopic
{
    /// <summary>Its name: letters, digits, dot, underscore and dash, at most 249.</summary>
    public required string Name { get; init; }

    /// <summary>How many partitions; -1 leaves it to the broker.</summary>
    public int Partitions { get; init; } = -1;

    /// <summary>How many replicas of each; -1 leaves it to the broker.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>The topic's own settings, by Kafka's names.</summary>
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>();
}
