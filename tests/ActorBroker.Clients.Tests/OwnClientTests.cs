using System.Text;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests;

/// <summary>Our own client against the real server process.</summary>
public sealed class OwnClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public async Task Records_come_back_as_they_were_sent_in_every_compression(CompressionCodec codec)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client, 1);
        await using (var producer = client.CreateProducer(new ProducerOptions { Compression = codec }))
        {
            await producer.SendAsync(topic, new ProducerRecord
            {
                Key = "k"u8.ToArray(),
                Value = "v"u8.ToArray(),
                Headers = [new RecordHeader("h", "x"u8.ToArray()), new RecordHeader("h", null)],
                TimestampMs = 1_700_000_000_000,
            }, Cancel);
            await producer.SendAsync(topic, new ProducerRecord { Key = "gone"u8.ToArray() }, Cancel);
            var last = await producer.SendAsync(topic, new ProducerRecord { Value = new byte[700_000] }, Cancel);
            await producer.FlushAsync(Cancel);
            Assert.Equal(new RecordMetadata(topic, 0, 2), await last.DeliveredAsync(Cancel));
        }

        var seen = 0;
        await using var consumer = client.CreateConsumer();
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(3))
        {
            Assert.Equal(seen, record.Offset);
            switch (seen++)
            {
                case 0:
                    Assert.Equal("k", Text(record.Key));
                    Assert.Equal("v", Text(record.Value));
                    Assert.Equal(1_700_000_000_000, record.TimestampMs);
                    var headers = record.Headers.Select(each => $"{each.Key}={Text(each.Value)}");
                    Assert.Equal(["h=x", "h=null"], headers);
                    break;
                case 1:
                    Assert.Equal("gone", Text(record.Key));
                    Assert.Null(record.Value);
                    break;
                default:
                    Assert.Null(record.Key);
                    Assert.Equal(new byte[700_000], record.Value);
                    break;
            }
        }

        Assert.Equal(3, seen);
    }

    [Fact]
    public async Task Keyed_records_keep_their_order_on_their_partition()
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client, 4);
        await using (var producer = client.CreateProducer(new ProducerOptions { BatchBytes = 500 }))
        {
            for (var i = 0; i < 2000; i++)
            {
                var key = Encoding.ASCII.GetBytes($"key-{i % 50}");
                var record = new ProducerRecord { Key = key, Value = BitConverter.GetBytes(i) };
                await producer.SendAsync(topic, record, Cancel);
            }

            await producer.FlushAsync(Cancel);
        }

        var newest = new Dictionary<string, int>();
        var partitions = new Dictionary<string, int>();
        var count = 0;
        for (var partition = 0; partition < 4; partition++)
        {
            var end = await client.Admin.FindOffsetAsync(topic, partition, StartPosition.Latest, Cancel);
            await using var consumer = client.CreateConsumer();
            consumer.Assign(new TopicPartition(topic, partition), StartPosition.Earliest);
            await foreach (var record in consumer.ReadAllAsync(Cancel).Take((int)end))
            {
                var key = Text(record.Key);
                var value = BitConverter.ToInt32(record.Value);
                Assert.True(value > newest.GetValueOrDefault(key, -1));
                Assert.Equal(partition, partitions.GetValueOrDefault(key, partition));
                newest[key] = value;
                partitions[key] = partition;
                count++;
            }
        }

        Assert.Equal(2000, count);
    }

    [Fact]
    public async Task A_reader_that_is_ahead_gets_records_as_they_come()
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client, 1);
        await using var consumer = client.CreateConsumer();
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.At(0));
        await using var records = consumer.ReadAllAsync(Cancel).GetAsyncEnumerator(Cancel);
        var first = records.MoveNextAsync();
        await using var producer = client.CreateProducer();
        await producer.SendAsync(topic, new ProducerRecord { Value = "now"u8.ToArray() }, Cancel);

        Assert.True(await first);
        Assert.Equal("now", Text(records.Current.Value));
    }

    [Fact]
    public async Task A_start_by_time_finds_the_first_record_that_is_not_older()
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client, 1);
        await using (var producer = client.CreateProducer(new ProducerOptions { Linger = TimeSpan.Zero }))
        {
            for (var i = 0; i < 10; i++)
            {
                var record = new ProducerRecord { Value = new byte[1], TimestampMs = 1_700_000_000_000 + (i * 1000) };
                await producer.SendAsync(topic, record, Cancel);
            }

            await producer.FlushAsync(Cancel);
        }

        async Task<long> FindAsync(long ms) => await client.Admin.FindOffsetAsync(
            topic, 0, StartPosition.AtTime(DateTimeOffset.FromUnixTimeMilliseconds(ms)), Cancel);
        Assert.Equal(0, await FindAsync(0));
        Assert.Equal(4, await FindAsync(1_700_000_004_000));
        Assert.Equal(5, await FindAsync(1_700_000_004_001));
        Assert.Equal(10, await FindAsync(1_800_000_000_000));
    }

    [Fact]
    public async Task An_offset_that_is_not_there_ends_reading_with_the_brokers_reason()
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client, 1);
        await using var consumer = client.CreateConsumer(
            new ConsumerOptions { AutoOffsetReset = AutoOffsetReset.None });
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.At(5));

        var failure = await Assert.ThrowsAsync<BrokerErrorException>(async () =>
        {
            await foreach (var record in consumer.ReadAllAsync(Cancel))
            {
                Assert.Fail($"There is a record at {record.Offset}.");
            }
        });
        Assert.Equal(ErrorCode.OffsetOutOfRange, failure.Code);
    }

    [Fact]
    public async Task A_record_larger_than_the_topic_allows_fails_and_the_next_one_does_not()
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client, 1);
        await using var producer = client.CreateProducer(
            new ProducerOptions { Linger = TimeSpan.Zero, MaxRequestBytes = 4_000_000 });
        var large = await producer.SendAsync(topic, new ProducerRecord { Value = new byte[2_000_000] }, Cancel);
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(async () => await large.DeliveredAsync(Cancel));
        Assert.Equal(ErrorCode.MessageTooLarge, failure.Code);
        await Assert.ThrowsAsync<BrokerErrorException>(() => producer.FlushAsync(Cancel));

        var next = await producer.SendAsync(topic, new ProducerRecord { Value = new byte[10] }, Cancel);
        Assert.Equal(0, (await next.DeliveredAsync(Cancel)).Offset);
    }

    [Fact]
    public async Task Topics_are_created_listed_described_and_deleted()
    {
        await using var client = NewClient();
        var name = $"admin-{Guid.NewGuid():N}";
        await client.Admin.CreateTopicAsync(
            new NewTopic
            {
                Name = name,
                Partitions = 3,
                Configs = new Dictionary<string, string> { ["retention.ms"] = "1000000" },
            },
            Cancel);
        var again = await Assert.ThrowsAsync<BrokerErrorException>(
            () => client.Admin.CreateTopicAsync(new NewTopic { Name = name }, Cancel));
        Assert.Equal(ErrorCode.TopicAlreadyExists, again.Code);

        Assert.Contains(name, (await client.Admin.ListTopicsAsync(Cancel)).Select(topic => topic.Name));
        var description = await client.Admin.DescribeTopicAsync(name, Cancel);
        Assert.Equal([0, 1, 2], description.Partitions.Select(each => each.Partition));
        Assert.NotEqual(Guid.Empty, description.Id);
        var retention = (await client.Admin.DescribeTopicConfigsAsync(name, Cancel)).Single(
            config => config.Name == "retention.ms");
        Assert.Equal(("1000000", ConfigSource.Topic), (retention.Value, retention.Source));

        await client.Admin.DeleteTopicAsync(name, Cancel);
        var gone = await Assert.ThrowsAsync<BrokerErrorException>(() => client.Admin.DescribeTopicAsync(name, Cancel));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, gone.Code);
    }

    private static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);

    private static string Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } some ? Encoding.UTF8.GetString(some.Span) : "null";

    private static async Task<string> CreateAsync(KafkaClient client, int partitions)
    {
        var topic = $"own-{Guid.NewGuid():N}";
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = partitions }, Cancel);
        return topic;
    }

    private KafkaClient NewClient() => new(new ClientOptions { BootstrapServers = server.Bootstrap });
}
