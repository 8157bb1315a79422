using System.Globalization;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests;

/// <summary>Our own client against brokers that are not ours, with leaders spread over three of them.</summary>
public sealed class ForeignBrokerTests
{
    private const int Partitions = 4;
    private const int Records = 2000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public async Task Records_come_back_from_every_partition_in_order(CompressionCodec codec)
    {
        await using var cluster = await MockCluster.StartAsync(Cancel);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = cluster.Bootstrap });
        var sent = await ProduceAsync(client, codec);

        var read = NewLists();
        await using var consumer = client.CreateConsumer(Deserializers.Utf8, Deserializers.Utf8);
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => KeyValuePair.Create(
            new TopicPartition("foreign", partition), StartPosition.Earliest)));
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(Records))
        {
            read[record.Partition].Add(record.Value!);
        }

        Assert.All(sent, Assert.NotEmpty);
        Assert.Equal(sent, read);
    }

    private static async Task<List<string>[]> ProduceAsync(KafkaClient client, CompressionCodec codec)
    {
        var sent = NewLists();
        var options = new ProducerOptions { Compression = codec, BatchBytes = 2000 };
        await using var producer = client.CreateProducer(Serializers.Utf8, Serializers.Utf8, options);
        var pending = new List<PendingRecord>();
        for (var i = 0; i < Records; i++)
        {
            var value = i.ToString(CultureInfo.InvariantCulture);
            var message = new Message<string?, string?>($"key-{i % 97}", value);
            pending.Add(await producer.SendAsync("foreign", message, Cancel));
            sent[pending[i].Partition].Add(value);
        }

        await producer.FlushAsync(Cancel);
        foreach (var group in pending.GroupBy(record => record.Partition))
        {
            var offset = 0;
            foreach (var record in group)
            {
                Assert.Equal(offset++, (await record.DeliveredAsync(Cancel)).Offset);
            }
        }

        return sent;
    }

    private static List<string>[] NewLists() => [.. Enumerable.Range(0, Partitions).Select(_ => new List<string>())];
}
