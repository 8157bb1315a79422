using System.Globalization;

namespace ActorBroker.Client;

/// <summary>One partition of a topic.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition, counted from 0.</param>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>As logs and messages write it: <c>topic-partition</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}-{Partition}");
}
