namespace ActorBroker.Records;

/// <summary>A partition of a topic, by name.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's index, from 0.</param>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>As Kafka names the partition's folder: <c>topic-0</c>.</summary>
    public override string ToString() => $"{Topic}-{Partition}";
}
