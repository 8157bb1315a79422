using System.Text;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Server.Tests;

/// <summary>Text into partition 0 of a topic, and out of it again, by our own client.</summary>
internal static class RoundTrips
{
    public static async Task SendAsync(
        string bootstrapServers, string topic, IReadOnlyList<string> values, CancellationToken cancel)
    {
        await using var client = NewClient(bootstrapServers);
        await using var producer = client.CreateProducer();
        foreach (var value in values)
        {
            var record = new ProducerRecord { Partition = 0, Value = Encoding.UTF8.GetBytes(value) };
            var sent = await producer.SendAsync(topic, record, cancel);
            await sent.DeliveredAsync(cancel);
        }
    }

    public static async Task<IReadOnlyList<string>> ReadAsync(
        string bootstrapServers, string topic, int count, CancellationToken cancel)
    {
        await using var client = NewClient(bootstrapServers);
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8);
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        var values = consumer.ReadAllAsync(cancel).Take(count).Select(result => result.Value!);
        return await values.ToListAsync(cancel);
    }

    public static async Task<int> PartitionsAsync(string bootstrapServers, string topic, CancellationToken cancel)
    {
        await using var client = NewClient(bootstrapServers);
        return (await client.Admin.DescribeTopicAsync(topic, cancel)).Partitions.Count;
    }

    private static KafkaClient NewClient(string bootstrapServers) =>
        new(new ClientOptions { BootstrapServers = bootstrapServers });
}
