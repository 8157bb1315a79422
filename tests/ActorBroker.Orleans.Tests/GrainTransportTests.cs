using System.Globalization;
using System.Text;
using ActorBroker.Client;
using ActorBroker.Orleans.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Orleans.Tests;

/// <summary>The Kafka client over grains: nothing of it is other than over TCP.</summary>
public sealed class GrainTransportTests
{
    [Fact]
    public async Task What_is_sent_over_grains_is_read_over_grains_and_over_TCP()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await using var client = Over(silos);
        var large = new string('x', 900_000);

        await using (var producer = client.CreateProducer(Serializers.Utf8, Serializers.Utf8))
        {
            await producer.ProduceAsync("orders", new("k", "small"), Cancel);
            await producer.ProduceAsync("orders", new("k", large), Cancel);
        }

        Assert.Equal(["small", large], await ReadAsync(client, 2));
        Assert.Equal(["small", large], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
        var cluster = await client.Admin.DescribeClusterAsync(Cancel);
        Assert.Equal(["broker-1", "broker-2", "broker-3"], cluster.Brokers.Select(each => each.Host).Order());
    }

    [Fact]
    public async Task Members_of_one_group_come_over_grains_and_over_TCP()
    {
        await using var silos = await BrokerSilos.StartAsync(2);
        await silos.CreateTopicAsync("orders", replicas: 2, partitions: 2);
        await using var grains = Over(silos);
        await using var wire = new KafkaClient(new ClientOptions { BootstrapServers = silos.BootstrapServers });
        await using var first = grains.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8, Group);
        await using var second = wire.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8, Group);
        first.Subscribe(["orders"]);
        second.Subscribe(["orders"]);

        while (first.Assignment.Count != 1 || second.Assignment.Count != 1)
        {
            await Task.WhenAll(
                first.PollAsync(TimeSpan.FromMilliseconds(50), Cancel),
                second.PollAsync(TimeSpan.FromMilliseconds(50), Cancel));
        }

        Assert.Equal(
            [new TopicPartition("orders", 0), new TopicPartition("orders", 1)],
            first.Assignment.Concat(second.Assignment).OrderBy(each => each.Partition));
    }

    [Fact]
    public async Task Nothing_acknowledged_over_grains_is_lost_or_doubled_when_the_leaders_silo_ends()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await using var client = Over(silos);
        await using var producer = client.CreateProducer(Serializers.Ignore, Serializers.Utf8);
        var leader = silos.LeaderOf("orders");
        var sending = new List<Task>();
        for (var i = 0; i < 600; i++)
        {
            var text = i.ToString(CultureInfo.InvariantCulture);
            var pending = await producer.SendAsync("orders", new(default, text) { Partition = 0 }, Cancel);
            sending.Add(pending.DeliveredAsync(Cancel).AsTask());
            if (i == 200)
            {
                await sending[100];
                sending.Add(silos.KillAsync(leader));
            }
        }

        await Task.WhenAll(sending);

        Assert.Equal(
            Enumerable.Range(0, 600).Select(i => i.ToString(CultureInfo.InvariantCulture)),
            await ReadAsync(client, 600));
    }

    [Fact]
    public async Task A_call_that_does_not_fit_ends_the_connection()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        var grain = silos.Client.GetGrain<IConnectionGrain>(new ConnectionKey(1, Guid.NewGuid()).ToString());
        Assert.Equal(ConnectionWrite.Closed, await grain.WriteAsync(0, Bytes("never opened")));
        var gateway = silos.Brokers.Single();
        Assert.True(await OpenAsync(grain));
        Assert.Equal(1, gateway.ConnectionCount);
        Assert.Equal(ConnectionWrite.Taken, await grain.WriteAsync(0, Bytes("\0\0")));

        // The same once more, as if the call had come twice.
        Assert.Equal(ConnectionWrite.Closed, await grain.WriteAsync(0, Bytes("\0\0")));

        Assert.True((await grain.ReadAsync(0)).IsEnd);
        await Until(() => gateway.ConnectionCount == 0);
    }

    [Fact]
    public async Task What_was_sent_right_before_the_end_is_stored_though_nobody_waits_for_an_answer()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        await silos.CreateTopicAsync("orders", replicas: 1);
        await using (var client = Over(silos))
        {
            var options = new ProducerOptions { Acks = Acks.None, Idempotent = false };
            await using var producer = client.CreateProducer(options);
            for (var i = 0; i < 20; i++)
            {
                await producer.SendAsync("orders", new ProducerRecord { Value = new byte[50_000] }, Cancel);
            }
        }

        var orders = silos.Client.GetGrain<IPartitionGrain>("orders/0");
        while ((await orders.DescribeAsync()).LogEndOffset < 20)
        {
            await Task.Delay(10, Cancel);
        }
    }

    [Fact]
    public async Task A_client_that_has_gone_leaves_no_connection_behind()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        var gateway = silos.Brokers.Single();
        var stream = await new GrainTransport(silos.Client).ConnectAsync("broker-1", 1, Cancel);
        Assert.Equal(1, gateway.ConnectionCount);

        await stream.DisposeAsync();

        await Until(() => gateway.ConnectionCount == 0);
        await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync(new byte[1], Cancel));
    }

    [Theory]
    [InlineData("broker-9", "is on no silo")]
    [InlineData("127.0.0.1", "is no broker's name")]
    public async Task Who_is_not_there_is_told_so(string host, string says)
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        var transport = new GrainTransport(silos.Client);

        var failure = await Assert.ThrowsAsync<IOException>(async () => await transport.ConnectAsync(host, 1, Cancel));

        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ConsumerOptions Group => new() { GroupId = "readers", AutoOffsetReset = AutoOffsetReset.Earliest };

    private static KafkaClient Over(BrokerSilos silos) => new(new ClientOptions
    {
        BootstrapServers = GrainTransport.BootstrapServers,
        ConnectCallback = new GrainTransport(silos.Client).ConnectAsync,
    });

    private static async Task<List<string>> ReadAsync(KafkaClient client, int count)
    {
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8);
        consumer.Assign(new TopicPartition("orders", 0), StartPosition.Earliest);
        return await consumer.ReadAllAsync(Cancel).Take(count).Select(result => result.Value!).ToListAsync(Cancel);
    }

    private static async Task<bool> OpenAsync(IConnectionGrain grain)
    {
        // The one that was never opened has to go first.
        while (!await grain.OpenAsync())
        {
            await Task.Yield();
        }

        return true;
    }

    private static RecordBytes Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Cancel);
        }
    }
}
