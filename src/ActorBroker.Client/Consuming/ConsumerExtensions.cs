using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>Shorter ways to say the common things to a consumer.</summary>
public static class ConsumerExtensions
{
    /// <summary>Reads this one partition, and no others.</summary>
    public static void Assign<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, TopicPartition partition, StartPosition start)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        consumer.Assign([KeyValuePair.Create(partition, start)]);
    }

    /// <summary>Reads these partitions, and no others, all from the same start.</summary>
    public static void Assign<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, IEnumerable<TopicPartition> partitions, StartPosition start)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        consumer.Assign(partitions.Select(partition => KeyValuePair.Create(partition, start)));
    }
}
