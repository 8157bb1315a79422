namespace ActorBroker.Client;

/// <summary>Chooses the partitions of records that name none. Thread-safe.</summary>
public interface IPartitioner
{
    /// <summary>A partition below <paramref name="partitionCount"/>, or -1 to leave it to the producer.</summary>
    /// <param name="topic">The record's topic.</param>
    /// <param name="key">The key's bytes; empty for a null key.</param>
    /// <param name="hasKey">False for a null key.</param>
    /// <param name="value">The value's bytes; empty for a null value.</param>
    /// <param name="partitionCount">How many partitions the topic has now.</param>
    int Choose(
        string topic, ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> value, int partitionCount);
}
