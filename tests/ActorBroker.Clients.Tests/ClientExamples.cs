using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests;

/// <summary>
/// The examples of <c>docs/client.md</c>, which takes them from here, and runs of them against the real server.
/// </summary>
public sealed partial class ClientExamples(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // example: json-types
    public sealed record Order(string Item, int Count);

    [JsonSerializable(typeof(Order))]
    public sealed partial class ShopJson : JsonSerializerContext;
    // end

    [Fact]
    public async Task Produce_and_consume()
    {
        var (bootstrap, cancel, topic) = (server.Bootstrap, Cancel, NewName());
        // example: client
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = bootstrap });
        // end
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = 3 }, cancel);
        // example: produce
        await using var producer = client.CreateProducer(
            Serializers.Utf8, Serializers.Json(ShopJson.Default.Order),
            new ProducerOptions { Compression = CompressionCodec.Lz4, Linger = TimeSpan.FromMilliseconds(10) });
        var stored = await producer.ProduceAsync(topic, new("ada", new Order("tea", 2)), cancel);
        Console.WriteLine($"in {stored.Topic}-{stored.Partition} at {stored.Offset}");
        // end

        // example: produce-many
        for (var i = 0; i < 10_000; i++)
        {
            await producer.SendAsync(topic, new($"customer-{i % 100}", new Order("tea", i)), cancel);
        }

        await producer.FlushAsync(cancel); // Throws where one of them could not be stored.
        // end

        var (seen, enough) = (0, 100);
        // example: consume
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Json(ShopJson.Default.Order));
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        await foreach (var result in consumer.ReadAllAsync(cancel))
        {
            Console.WriteLine($"{result.TopicPartition}@{result.Offset} {result.Key}: {result.Value?.Item}");
            if (++seen == enough)
            {
                break; // Reading again goes on with the next record.
            }
        }

        // end
        Assert.Equal(enough, seen);
    }

    [Fact]
    public async Task All_partitions_to_their_ends()
    {
        await using var client = NewClient();
        var (cancel, topic) = (Cancel, await FillAsync(client, 4, 1000));
        // example: to-the-end
        var partitions = (await client.Admin.DescribeTopicAsync(topic, cancel)).Partitions
            .Select(each => new TopicPartition(topic, each.Partition)).ToHashSet();
        await using var consumer = client.CreateConsumer(
            Deserializers.Ignore, Deserializers.Utf8, new ConsumerOptions { EnablePartitionEof = true });
        consumer.Assign(partitions, StartPosition.Earliest);
        var lines = new List<string>();
        await foreach (var result in consumer.ReadAllAsync(cancel))
        {
            if (!result.IsPartitionEof)
            {
                lines.Add(result.Value!);
            }
            else if (partitions.Remove(result.TopicPartition) && partitions.Count == 0)
            {
                break;
            }
        }

        // end
        Assert.Equal(1000, lines.Count);
    }

    [Fact]
    public async Task Batches_and_positions()
    {
        await using var client = NewClient();
        var (cancel, topic) = (Cancel, await FillAsync(client, 1, 1000));
        var partition = new TopicPartition(topic, 0);
        var (bytes, records) = (0L, 0);
        // example: batches
        await using var consumer = client.CreateConsumer();
        consumer.Assign(partition, StartPosition.Earliest);
        await foreach (var batch in consumer.ReadBatchesAsync(cancel))
        {
            foreach (var record in batch)
            {
                bytes += record.Value?.Length ?? 0; // A view of the received bytes, valid until the next batch.
                records++;
            }

            if (consumer.GetLag(partition) == 0)
            {
                break;
            }
        }

        // end
        Assert.Equal(1000, records);
        Assert.True(bytes > 1000);

        // example: positions
        consumer.Seek(partition, StartPosition.At(500));
        consumer.Seek(partition, StartPosition.AtTime(DateTimeOffset.UtcNow.AddHours(-1)));
        consumer.Pause([partition]);
        consumer.Resume([partition]);
        // end
        Assert.Equal(0, (await consumer.ReadAllAsync(cancel).FirstAsync(cancel)).Offset);
        Assert.Equal(1, consumer.GetPosition(partition));
    }

    [Fact]
    public async Task Corrupt_or_foreign_records_are_passed()
    {
        await using var client = NewClient();
        var (cancel, topic) = (Cancel, await FillAsync(client, 1, 3));
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, new OnlyEven());
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        var values = new ConcurrentQueue<int>();
        // example: errors
        while (values.Count < 2)
        {
            try
            {
                await foreach (var result in consumer.ReadAllAsync(cancel).Take(2 - values.Count))
                {
                    values.Enqueue(result.Value);
                }
            }
            catch (DeserializationException failure)
            {
                // The position is still before the record: go past it, or read it again.
                consumer.Seek(failure.TopicPartition, StartPosition.At(failure.Offset + 1));
            }
        }

        // end
        Assert.Equal([0, 2], values);
    }

    [Fact]
    public async Task Administration()
    {
        await using var client = NewClient();
        var (cancel, topic) = (Cancel, NewName());
        // example: admin
        await client.Admin.CreateTopicAsync(
            new NewTopic
            {
                Name = topic,
                Partitions = 6,
                Configs = new Dictionary<string, string> { ["retention.ms"] = "86400000" },
            },
            cancel);
        await client.Admin.AlterConfigsAsync(
            ConfigResource.Topic(topic), [ConfigChange.Set("cleanup.policy", "compact")], cancel: cancel);
        var description = await client.Admin.DescribeTopicAsync(topic, cancel);
        var ends = await client.Admin.ListOffsetsAsync(
            description.Partitions.Select(each => new TopicPartition(topic, each.Partition)),
            OffsetSpec.Latest,
            cancel);
        await client.Admin.DeleteTopicAsync(topic, cancel);
        // end
        Assert.Equal(6, ends.Count);
    }

    private static string NewName() => $"example-{Guid.NewGuid():N}";

    private static async Task<string> FillAsync(KafkaClient client, int partitions, int records)
    {
        var topic = NewName();
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = partitions }, Cancel);
        await using var producer = client.CreateProducer(Serializers.Utf8, Serializers.Utf8);
        for (var i = 0; i < records; i++)
        {
            await producer.SendAsync(topic, new($"{i}", $"{i}"), Cancel);
        }

        await producer.FlushAsync(Cancel);
        return topic;
    }

    private KafkaClient NewClient() => new(new ClientOptions { BootstrapServers = server.Bootstrap });

    // example: own-deserializer
    private sealed class OnlyEven : IDeserializer<int>
    {
        public int Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
            int.TryParse(bytes, System.Globalization.CultureInfo.InvariantCulture, out var number) && number % 2 == 0
                ? number
                : throw new FormatException($"Not an even number, as {context.Topic} should hold.");
    }
    // end
}
