using System.Buffers.Binary;
using ActorBroker.Client;

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
        var numbers = new List<long>();
        await using var consumer = client.CreateConsumer(topic, partition, StartPosition.Earliest);
        await foreach (var record in consumer.ReadAsync(end, cancel))
        {
            numbers.Add(BinaryPrimitives.ReadInt64BigEndian(record.Value!.Value.Span));
        }

        return numbers;
    }
}
