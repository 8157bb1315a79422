using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>What a consumer gives out, against brokers over real sockets.</summary>
public sealed class ConsumerTests
{
    private static readonly TopicPartition Zero = new(LogCluster.Topic, 0);
    private static readonly TopicPartition One = new(LogCluster.Topic, 1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(17)]
    public async Task Records_come_in_order_from_brokers_of_every_age(short fetchVersion)
    {
        await using var cluster = new LogCluster(fetchVersion: fetchVersion);
        cluster.Append(0, "a", "b");
        cluster.Append(0, "c");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);

        Assert.Equal(["0:a", "1:b", "2:c"], await TakeAsync(consumer, 3));
        Assert.All(cluster.Fetches, fetch => Assert.Equal(fetchVersion, fetch.Version));
        cluster.Append(0, "d");
        Assert.Equal(["3:d"], await TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_start_inside_a_batch_begins_at_its_offset()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a", "b", "c");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign(Zero, StartPosition.At(1));

        Assert.Equal(["1:b", "2:c"], await TakeAsync(consumer, 2));
        consumer.Seek(Zero, StartPosition.At(2));
        await foreach (var batch in consumer.ReadBatchesAsync(Cancel))
        {
            var offsets = new List<long>();
            foreach (var record in batch)
            {
                offsets.Add(record.Offset);
            }

            Assert.Equal([2L], offsets);
            Assert.Equal(3, batch.NextOffset);
            break;
        }
    }

    [Fact]
    public async Task A_batch_is_not_valid_after_the_next_one_was_asked_for()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        cluster.Append(0, "b");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        await using var batches = consumer.ReadBatchesAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await batches.MoveNextAsync());
        var first = batches.Current;
        Assert.True(await batches.MoveNextAsync());

        Assert.Throws<InvalidOperationException>(() => first.GetEnumerator());
    }

    [Fact]
    public async Task The_position_is_after_the_record_that_was_given_out()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a", "b", "c");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        Assert.Null(consumer.GetPosition(Zero));
        consumer.Assign(Zero, StartPosition.At(0));
        await foreach (var result in consumer.ReadAllAsync(Cancel))
        {
            Assert.Equal(result.Offset + 1, consumer.GetPosition(Zero));
            Assert.Equal(2 - result.Offset, consumer.GetLag(Zero));
            if (result.Offset == 1)
            {
                break;
            }
        }

        Assert.Equal(2, consumer.GetPosition(Zero));
        Assert.Equal(new PartitionWatermarks(0, 3, 3), consumer.GetWatermarks(Zero));
        Assert.Equal(["2:c"], await TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_seek_in_the_middle_counts_for_the_next_record()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a", "b", "c", "d");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        await using var results = consumer.ReadAllAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await results.MoveNextAsync());
        consumer.Seek(Zero, StartPosition.At(3));
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(3, results.Current.Offset);

        consumer.Seek(Zero, StartPosition.Earliest);
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(0, results.Current.Offset);

        consumer.Seek(Zero, StartPosition.Latest);
        var next = results.MoveNextAsync();
        Assert.True(SpinWait.SpinUntil(() => consumer.GetPosition(Zero) == 4, TimeSpan.FromMinutes(1)));
        cluster.Append(0, "e");
        Assert.True(await next);
        Assert.Equal("e", results.Current.Value);
    }

    [Fact]
    public async Task A_paused_partition_keeps_its_place_and_lets_others_pass()
    {
        await using var cluster = new LogCluster(partitions: 2);
        cluster.Append(0, "a", "b");
        cluster.Append(1, "x", "y");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign([Zero, One], StartPosition.Earliest);
        consumer.Pause([Zero]);
        Assert.Equal([Zero], consumer.Paused);
        Assert.Equal(["0:x", "1:y"], await TakeAsync(consumer, 2));

        consumer.Resume([Zero]);
        Assert.Equal(["0:a"], await TakeAsync(consumer, 1));
        consumer.Pause([Zero]);
        cluster.Append(1, "z");
        Assert.Equal(["2:z"], await TakeAsync(consumer, 1));
        consumer.Resume([Zero]);
        Assert.Equal(["1:b"], await TakeAsync(consumer, 1));
        Assert.Empty(consumer.Paused);
    }

    [Fact]
    public async Task Partitions_come_and_go_one_by_one()
    {
        await using var cluster = new LogCluster(brokers: 2, partitions: 2);
        cluster.Append(0, "a");
        cluster.Append(1, "x");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:a"], await TakeAsync(consumer, 1));

        consumer.IncrementalAssign([KeyValuePair.Create(One, StartPosition.Earliest)]);
        Assert.Equal([Zero, One], consumer.Assignment);
        Assert.Equal(["0:x"], await TakeAsync(consumer, 1));

        consumer.IncrementalUnassign([Zero]);
        cluster.Append(0, "b");
        cluster.Append(1, "y");
        Assert.Equal(["1:y"], await TakeAsync(consumer, 1));
        Assert.Equal([One], consumer.Assignment);
        Assert.Throws<InvalidOperationException>(() => consumer.Seek(Zero, StartPosition.Earliest));
    }

    [Fact]
    public async Task An_end_is_told_once_each_time_it_is_reached_where_that_was_asked_for()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client, new ConsumerOptions { EnablePartitionEof = true });
        consumer.Assign(Zero, StartPosition.Earliest);
        await using var results = consumer.ReadAllAsync(Cancel).GetAsyncEnumerator(Cancel);
        foreach (var value in new[] { "a", "b" })
        {
            Assert.True(await results.MoveNextAsync());
            Assert.Equal((value, false), (results.Current.Value, results.Current.IsPartitionEof));
            Assert.True(await results.MoveNextAsync());
            Assert.True(results.Current.IsPartitionEof);
            Assert.Equal(consumer.GetPosition(Zero), results.Current.Offset);
            cluster.Append(0, "b");
        }
    }

    [Fact]
    public async Task A_hundred_partitions_take_one_connection_and_small_requests()
    {
        const int Count = 100;
        await using var cluster = new LogCluster(partitions: Count);
        for (var i = 0; i < Count; i++)
        {
            cluster.Append(i, $"first-{i}");
        }

        // No answer is late, so that nobody asks who leads now.
        await using var client = cluster.NewClient(new StillTime());
        await using var consumer = NewConsumer(client);
        var all = Enumerable.Range(0, Count).Select(i => new TopicPartition(LogCluster.Topic, i));
        consumer.Assign(all, StartPosition.At(0));
        Assert.Equal(Count, (await TakeAsync(consumer, Count)).Distinct().Count());

        for (var i = 1; i <= 3; i++)
        {
            cluster.Append(7, "again");
            Assert.Equal([$"{i}:again"], await TakeAsync(consumer, 1));
        }

        var newest = cluster.Fetches.Last().Request;
        Assert.NotEqual(0, newest.SessionId);
        Assert.True(newest.Topics.Sum(topic => topic.Partitions.Count) <= 1);
        Assert.Equal(1, cluster.Brokers[0].CountOf(ApiKey.Metadata));
    }

    [Fact]
    public async Task Aborted_records_and_markers_are_passed_over_in_read_committed()
    {
        await using var cluster = new LogCluster();
        var transaction = new RecordBatchOptions
        {
            ProducerId = 7,
            ProducerEpoch = 0,
            BaseSequence = 0,
            IsTransactional = true,
        };
        cluster.Append(0, transaction, "aborted");
        AppendMarker(cluster, ControlRecordType.Abort);
        cluster.Append(0, transaction, "committed");
        AppendMarker(cluster, ControlRecordType.Commit);
        cluster.Append(0, "plain");
        cluster.Logs[0].Aborted.Add(new() { ProducerId = 7, FirstOffset = 0 });
        await using var client = cluster.NewClient();
        await using var committed = NewConsumer(
            client, new ConsumerOptions { IsolationLevel = IsolationLevel.ReadCommitted });
        committed.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["2:committed", "4:plain"], await TakeAsync(committed, 2));

        await using var all = NewConsumer(client);
        all.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:aborted", "2:committed", "4:plain"], await TakeAsync(all, 3));
    }

    [Theory]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public async Task Compressed_batches_are_unpacked(CompressionCodec codec)
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, new RecordBatchOptions { Codec = codec }, "a", "b");
        cluster.Append(0, new RecordBatchOptions { Codec = codec }, "c");
        await using var client = cluster.NewClient();
        await using var consumer = NewConsumer(client);
        consumer.Assign(Zero, StartPosition.At(1));
        Assert.Equal(["1:b", "2:c"], await TakeAsync(consumer, 2));
    }

    internal static Consumer<Ignore, string?> NewConsumer(KafkaClient client, ConsumerOptions? options = null) =>
        client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8, options);

    /// <summary>The next records, as offset and value.</summary>
    internal static async Task<List<string>> TakeAsync(Consumer<Ignore, string?> consumer, int count) =>
        await consumer.ReadAllAsync(Cancel).Take(count)
            .Select(each => $"{each.Offset}:{each.Value}").ToListAsync(Cancel);

    private static void AppendMarker(LogCluster cluster, ControlRecordType type)
    {
        using var builder = new RecordBatchBuilder();
        cluster.AppendBatch(0, new TransactionMarker(type, 0).Build(builder, 7, 0, 1_700_000_000_000).ToArray());
    }
}
