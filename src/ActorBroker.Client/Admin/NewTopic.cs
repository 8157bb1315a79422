namespace ActorBroker.Client;

/// <summary>A topic to create.</summary>
public sealed record NewTopic
{
    /// <summary>Its name: letters, digits, dot, underscore and dash, at most 249.</summary>
    public required string Name { get; init; }

    /// <summary>How many partitions; -1 leaves it to the broker. Not looked at with assignments.</summary>
    public int Partitions { get; init; } = -1;

    /// <summary>How many replicas of each; -1 leaves it to the broker. Not looked at with assignments.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>
    /// The brokers of each partition, from partition 0 on, the preferred leader first; null leaves it to the cluster.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>>? Assignments { get; init; }

    /// <summary>The topic's own settings, by Kafka's names.</summary>
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>();
}
