using System.Buffers.Binary;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Server.Tests;

/// <summary>Records that carry their number, so that a reader sees what is missing, doubled or out of order.</summary>
internal static class NumberedRecords
{
    public static ProducerRecord Make(int partition, long number, int bytes = sizeof(long))
    {
        var value = new byte[bytes];
        BinaryPrimitives.WriteInt64BigEndian(value, number);
        return new ProducerRecord { Partition = partition, Value = value };
    }

    public static async Task<List<long>> ReadAllAsync(
        KafkaClient client, string topic, int partition, CancellationToken cancel)
    {
        var end = await client.Admin.FindOffsetAsync(topic, partition, StartPosition.Latest, cancel);
        await using var consumer = client.CreateConsumer();
        consumer.Assign(new TopicPartition(topic, partition), StartPosition.Earliest);
        var numbers = consumer.ReadAllAsync(cancel).Take((int)end)
            .Select(result => BinaryPrimitives.ReadInt64BigEndian(result.Value));
        return await numbers.ToListAsync(cancel);
    }
}
