using System.Text;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Orleans.Tests.Support;

/// <summary>Text into partition 0 of a topic, and out of it again, over the Kafka protocol.</summary>
internal static class KafkaText
{
    public static async Task SendAsync(string bootstrapServers, string topic, params string[] values)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = bootstrapServers });
        await using var producer = client.CreateProducer();
        foreach (var value in values)
        {
            var record = new ProducerRecord { Partition = 0, Value = Encoding.UTF8.GetBytes(value) };
            await (await producer.SendAsync(topic, record, cancel)).DeliveredAsync(cancel);
        }
    }

    public static async Task<IReadOnlyList<string>> ReadAsync(string bootstrapServers, string topic, int count)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = bootstrapServers });
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8);
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        return await consumer.ReadAllAsync(cancel).Take(count).Select(result => result.Value!).ToListAsync(cancel);
    }
}
