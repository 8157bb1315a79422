using ActorBroker.Records;

namespace ActorBroker.Orleans;

/// <summary>A topic's partition on its way between silos.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.TopicPartition")]
public struct TopicPartitionSurrogate
{
    /// <summary>The topic's name.</summary>
    [Id(0)]
    public string Topic;

    /// <summary>The partition's index.</summary>
    [Id(1)]
    public int Partition;
}

/// <summary>Writes a <see cref="TopicPartition"/> as its surrogate.</summary>
[RegisterConverter]
public sealed class TopicPartitionConverter : IConverter<TopicPartition, TopicPartitionSurrogate>
{
    /// <inheritdoc/>
    public TopicPartition ConvertFromSurrogate(in TopicPartitionSurrogate surrogate) =>
        new(surrogate.Topic, surrogate.Partition);

    /// <inheritdoc/>
    public TopicPartitionSurrogate ConvertToSurrogate(in TopicPartition value) =>
        new() { Topic = value.Topic, Partition = value.Partition };
}
