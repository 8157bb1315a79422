using ActorBroker.Client;
using ActorBroker.Records;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>Our own consumer against the real server process.</summary>
public sealed class ConsumerOnServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_partitions_are_read_in_order_by_one_consumer()
    {
        const int Partitions = 100;
        const int Each = 200;
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await using var client = NewClient(server);
        await client.Admin.CreateTopicAsync(new NewTopic { Name = "many", Partitions = Partitions }, Cancel);
        await ProduceAsync(client, "many", Partitions, 0, Each);
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Int32);
        consumer.Assign(
            Enumerable.Range(0, Partitions).Select(each => new TopicPartition("many", each)), StartPosition.Earliest);
        var next = new int[Partitions];
        await foreach (var result in consumer.ReadAllAsync(Cancel).Take(Partitions * Each))
        {
            Assert.Equal((next[result.Partition], next[result.Partition]), ((int)result.Offset, result.Value));
            next[result.Partition]++;
        }

        await ProduceAsync(client, "many", Partitions, Each, 1);
        var newest = await consumer.ReadAllAsync(Cancel).Take(Partitions).ToListAsync(Cancel);
        Assert.All(newest, result => Assert.Equal(Each, result.Value));
        Assert.All(consumer.Assignment, each => Assert.Equal(0, consumer.GetLag(each)));
    }

    [Fact]
    public async Task A_consumer_goes_on_where_it_stood_when_the_broker_was_killed_and_is_back()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await using var client = NewClient(server);
        await client.Admin.CreateTopicAsync(new NewTopic { Name = "back", Partitions = 3 }, Cancel);
        await ProduceAsync(client, "back", 3, 0, 100);
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Int32);
        consumer.Assign(
            Enumerable.Range(0, 3).Select(each => new TopicPartition("back", each)), StartPosition.Earliest);
        var seen = new List<(int Partition, int Value)>();
        for (var round = 1; round <= 3; round++)
        {
            await foreach (var result in consumer.ReadAllAsync(Cancel).Take(150))
            {
                seen.Add((result.Partition, result.Value));
            }

            await server.KillAsync();
            await server.RestartAsync(Cancel);
            await ProduceAsync(client, "back", 3, round * 100, 100);
        }

        await foreach (var result in consumer.ReadAllAsync(Cancel).Take(1200 - 450))
        {
            seen.Add((result.Partition, result.Value));
        }

        for (var partition = 0; partition < 3; partition++)
        {
            Assert.Equal(
                Enumerable.Range(0, 400), seen.Where(each => each.Partition == partition).Select(each => each.Value));
        }
    }

    private static async Task ProduceAsync(KafkaClient client, string topic, int partitions, int first, int count)
    {
        await using var producer = client.CreateProducer(Serializers.Ignore, Serializers.Int32);
        for (var i = first; i < first + count; i++)
        {
            for (var partition = 0; partition < partitions; partition++)
            {
                await producer.SendAsync(topic, new(default, i) { Partition = partition }, Cancel);
            }
        }

        await producer.FlushAsync(Cancel);
    }

    private static KafkaClient NewClient(ServerProcess server) =>
        new(new ClientOptions { BootstrapServers = server.BootstrapServers });
}
