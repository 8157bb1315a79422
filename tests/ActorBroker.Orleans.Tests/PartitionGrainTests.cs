using System.Text;
using ActorBroker.Orleans.Grains;
using ActorBroker.Orleans.Tests.Support;
using ActorBroker.Records;
using Orleans.Configuration;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>A partition through its grain: the same log that Kafka clients write and read.</summary>
public sealed class PartitionGrainTests
{
    [Fact]
    public async Task What_a_grain_appends_a_Kafka_client_reads_and_the_other_way_round()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        var grain = silos.Client.GetGrain<IPartitionGrain>(new PartitionKey("orders", 0).ToString());

        var sent = await grain.ProduceAsync(new ProduceBatch { Records = new RecordBytes(Batch("a")), Acks = -1 });
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "b");

        Assert.Equal(new ProduceAnswer(ErrorCode.None, 0), sent);
        Assert.Equal(["a", "b"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
        var read = await grain.FetchAsync(new FetchBatches(0, 1 << 20, 0));
        Assert.Equal((ErrorCode.None, 2L), (read.Error, read.HighWatermark));
        Assert.Equal(["a", "b"], Values(read.Records.Memory));
        Assert.Equal(new OffsetAnswer(ErrorCode.None, 2), await grain.ListOffsetAsync(-1, readCommitted: true));
        var described = await grain.DescribeAsync();
        Assert.Equal((silos.LeaderOf("orders"), 2L), (described.LeaderId, described.LogEndOffset));
    }

    [Fact]
    public async Task A_fetch_waits_for_what_comes_next()
    {
        await using var silos = await BrokerSilos.StartAsync(2);
        await silos.CreateTopicAsync("orders", replicas: 2);
        var grain = silos.Client.GetGrain<IPartitionGrain>("orders/0");

        var reading = grain.FetchAsync(new FetchBatches(0, 1 << 20, 600_000));
        await grain.ProduceAsync(new ProduceBatch { Records = new RecordBytes(Batch("late")), Acks = -1 });

        Assert.Equal(["late"], Values((await reading).Records.Memory));
    }

    [Fact]
    public async Task The_grain_goes_where_the_partition_is_led()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        var grain = silos.Client.GetGrain<IPartitionGrain>("orders/0");
        var before = silos.LeaderOf("orders");
        Assert.Equal(before, (await grain.DescribeAsync()).LeaderId);

        await silos.Node(before).ClusterAdmin.DrainAsync(before, true, TestContext.Current.CancellationToken);
        await silos.AllKnowAsync(image => image.TopicsByName["orders"].Partitions[0].Leader != before);

        // Until then the one before answers, which may not have heard of it yet, or says that this is the wrong place.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answer = await grain.DescribeAsync();
        while (answer.LeaderId != silos.LeaderOf("orders"))
        {
            patience.Token.ThrowIfCancellationRequested();
            Assert.True(answer.LeaderId == before || answer.Error == ErrorCode.NotLeaderOrFollower, $"{answer}");
            answer = await grain.DescribeAsync();
        }

        Assert.Equal(ErrorCode.None, answer.Error);
    }

    [Fact]
    public async Task What_is_not_there_is_answered_and_no_batch_at_all_is_refused()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        await silos.CreateTopicAsync("orders", replicas: 1);

        var absent = await silos.Client.GetGrain<IPartitionGrain>("absent/0").DescribeAsync();
        var refused = await silos.Client.GetGrain<IPartitionGrain>("orders/0").ProduceAsync(
            new ProduceBatch { Records = new RecordBytes("no batch"u8.ToArray()), Acks = 1 });

        Assert.Equal(ErrorCode.NotLeaderOrFollower, absent.Error);
        Assert.Equal((ErrorCode.CorruptMessage, -1L), (refused.Error, refused.BaseOffset));
    }

    [Theory]
    [InlineData(0, ProduceBatch.TimeoutMsMax)]
    [InlineData(-1, ProduceBatch.TimeoutMsMax)]
    [InlineData(5, 5)]
    [InlineData(600_000, ProduceBatch.TimeoutMsMax)]
    public void A_produce_is_answered_before_Orleans_gives_its_call_up(int asked, int waited)
    {
        var batch = new ProduceBatch { Records = new RecordBytes(Batch("a")), TimeoutMs = asked };

        Assert.Equal(waited, PartitionGrain.TimeoutMsOf(batch));
        Assert.True(TimeSpan.FromMilliseconds(waited) < new ClientMessagingOptions().ResponseTimeout);
    }

    [Fact]
    public async Task A_batch_of_a_transaction_which_nothing_could_end_is_refused()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        await silos.CreateTopicAsync("orders", replicas: 1);
        var options = new RecordBatchOptions
        {
            ProducerId = 7,
            ProducerEpoch = 0,
            BaseSequence = 0,
            IsTransactional = true,
        };

        var refused = await silos.Client.GetGrain<IPartitionGrain>("orders/0").ProduceAsync(
            new ProduceBatch { Records = new RecordBytes(Batch("a", options)), Acks = 1 });

        Assert.Equal((ErrorCode.TransactionAbortable, -1L), (refused.Error, refused.BaseOffset));
    }

    private static byte[] Batch(string value, RecordBatchOptions? options = null)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), null, Encoding.UTF8.GetBytes(value));
        return builder.Build(options ?? RecordBatchOptions.Default).ToArray();
    }

    private static List<string> Values(ReadOnlyMemory<byte> batches)
    {
        var values = new List<string>();
        while (!batches.IsEmpty)
        {
            Assert.True(RecordBatchHeader.TryRead(batches.Span, out var header));
            var reader = new RecordReader(batches.Span[RecordBatchHeader.Size..header.SizeInBytes], header.RecordCount);
            while (reader.MoveNext())
            {
                values.Add(Encoding.UTF8.GetString(reader.Value));
            }

            batches = batches[header.SizeInBytes..];
        }

        return values;
    }
}
