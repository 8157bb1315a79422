using System.Buffers.Binary;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>What becomes of a consumer when brokers, networks and logs fail.</summary>
public sealed class ConsumerFaultTests
{
    private const int SomewhereInTheAnswer = 50;

    private static readonly TopicPartition Zero = new(LogCluster.Topic, 0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_an_answer_loses_and_doubles_nothing()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a", "b");
        cluster.Brokers[0].CutNextAnswer(ApiKey.Fetch, SomewhereInTheAnswer);
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:a", "1:b"], await ConsumerTests.TakeAsync(consumer, 2));

        cluster.NextFetch(_ => null);
        cluster.Append(0, "c");
        cluster.Brokers[0].CutNextAnswer(ApiKey.Fetch, SomewhereInTheAnswer);
        Assert.Equal(["2:c"], await ConsumerTests.TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_leader_that_moves_is_followed()
    {
        await using var cluster = new LogCluster(brokers: 2);
        cluster.Append(0, "a");
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));

        cluster.MoveLeader(0, leader: 2);
        cluster.Append(0, "b");
        Assert.Equal(["1:b"], await ConsumerTests.TakeAsync(consumer, 1));
        Assert.Equal(2, cluster.Fetches.Last().Broker);
        Assert.Equal(1, cluster.Brokers[1].CountOf(ApiKey.OffsetForLeaderEpoch));
    }

    [Theory]
    [InlineData(ErrorCode.NotLeaderOrFollower)]
    [InlineData(ErrorCode.UnknownLeaderEpoch)]
    [InlineData(ErrorCode.UnknownTopicOrPartition)]
    [InlineData(ErrorCode.KafkaStorageError)]
    [InlineData(ErrorCode.OffsetNotAvailable)]
    public async Task Errors_that_pass_are_waited_out(ErrorCode code)
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        cluster.RefuseNextFetch(code);
        cluster.RefuseNextFetch(code);
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_lasting_error_ends_one_reading_and_the_next_one_tries_again()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        cluster.RefuseNextFetch(ErrorCode.TopicAuthorizationFailed);
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);

        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => ConsumerTests.TakeAsync(consumer, 1));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, failure.Code);
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));
    }

    [Theory]
    [InlineData(AutoOffsetReset.Earliest, "5:new")]
    [InlineData(AutoOffsetReset.Latest, "6:newer")]
    [InlineData(AutoOffsetReset.None, null)]
    public async Task A_position_outside_the_log_follows_the_reset_policy(AutoOffsetReset policy, string? expected)
    {
        await using var cluster = new LogCluster();
        cluster.Logs[0].Start = 5;
        cluster.Append(0, "new");
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(
            client, new ConsumerOptions { AutoOffsetReset = policy });
        consumer.Assign(Zero, StartPosition.At(2));
        if (expected is null)
        {
            var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => ConsumerTests.TakeAsync(consumer, 1));
            Assert.Equal(ErrorCode.OffsetOutOfRange, failure.Code);
            Assert.Equal(2, consumer.GetPosition(Zero));
            consumer.Seek(Zero, StartPosition.At(5));
            Assert.Equal(["5:new"], await ConsumerTests.TakeAsync(consumer, 1));
            return;
        }

        var taking = ConsumerTests.TakeAsync(consumer, 1);
        if (policy == AutoOffsetReset.Latest)
        {
            Assert.True(SpinWait.SpinUntil(() => consumer.GetPosition(Zero) == 6, TimeSpan.FromMinutes(1)));
            cluster.Append(0, "newer");
        }

        Assert.Equal([expected], await taking);
    }

    [Fact]
    public async Task A_log_that_was_cut_below_the_position_is_told_or_read_again_by_the_reset_policy()
    {
        foreach (var policy in new[] { AutoOffsetReset.None, AutoOffsetReset.Earliest })
        {
            await using var cluster = new LogCluster(brokers: 2);
            cluster.Append(0, "a");
            cluster.Append(0, "lost");
            await using var client = cluster.NewClient();
            await using var consumer = ConsumerTests.NewConsumer(
                client, new ConsumerOptions { AutoOffsetReset = policy });
            consumer.Assign(Zero, StartPosition.Earliest);
            Assert.Equal(["0:a", "1:lost"], await ConsumerTests.TakeAsync(consumer, 2));

            cluster.MoveLeader(0, leader: 2, cutAt: 1);
            cluster.Append(0, "instead");
            if (policy == AutoOffsetReset.None)
            {
                var failure = await Assert.ThrowsAsync<LogTruncatedException>(
                    () => ConsumerTests.TakeAsync(consumer, 1));
                Assert.Equal((2L, 1L), (failure.Position, failure.DivergingOffset));
                consumer.Seek(Zero, StartPosition.At(failure.DivergingOffset));
            }

            Assert.Equal(["1:instead"], await ConsumerTests.TakeAsync(consumer, 1));
        }
    }

    [Fact]
    public async Task A_flipped_bit_is_told_with_its_place_and_can_be_passed()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        cluster.Append(0, "b");
        cluster.Append(0, "c");
        cluster.Logs[0].Batches[1].Bytes[^1] ^= 1;
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<CorruptBatchException>(
                () => ConsumerTests.TakeAsync(consumer, 1));
            Assert.Equal((Zero, 1L), (failure.TopicPartition, failure.Offset));
            Assert.Equal(1, consumer.GetPosition(Zero));
        }

        consumer.Seek(Zero, StartPosition.At(2));
        Assert.Equal(["2:c"], await ConsumerTests.TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_batch_that_heals_is_read_after_the_failure()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        cluster.Logs[0].Batches[0].Bytes[^1] ^= 1;
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        await Assert.ThrowsAsync<CorruptBatchException>(() => ConsumerTests.TakeAsync(consumer, 1));

        // What was fetched again right after the failure may hold the flip still.
        cluster.Logs[0].Batches[0].Bytes[^1] ^= 1;
        consumer.Seek(Zero, StartPosition.At(0));
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));
    }

    [Theory]
    [InlineData(8, int.MaxValue)]
    [InlineData(8, -1)]
    [InlineData(8, 10)]
    [InlineData(23, -5)]
    [InlineData(57, int.MaxValue)]
    public async Task Hostile_lengths_and_counts_in_a_batch_are_told_as_corrupt(int at, int value)
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        var batch = cluster.Logs[0].Batches[0].Bytes;
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(at), value);
        if (at > 20)
        {
            RecordBatch.WriteCrc(batch);
        }

        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.At(0));
        await Assert.ThrowsAsync<CorruptBatchException>(() => ConsumerTests.TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task Records_that_contradict_their_header_are_told_as_corrupt_in_both_ways_of_reading()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a", "b");
        var batch = cluster.Logs[0].Batches[0].Bytes;
        batch[RecordBatchHeader.Size] = 0x7f; // The first record's length: longer than the batch.
        RecordBatch.WriteCrc(batch);
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.At(0));
        await Assert.ThrowsAsync<CorruptBatchException>(() => ConsumerTests.TakeAsync(consumer, 1));
        await Assert.ThrowsAsync<CorruptBatchException>(async () =>
        {
            await foreach (var whole in consumer.ReadBatchesAsync(Cancel))
            {
                foreach (var record in whole)
                {
                    Assert.Fail($"There is a record at {record.Offset}.");
                }
            }
        });
        Assert.Equal(0, consumer.GetPosition(Zero));
    }

    [Fact]
    public async Task A_compressed_batch_that_unfolds_to_more_than_is_allowed_is_refused()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, new RecordBatchOptions { Codec = CompressionCodec.Gzip }, new string('x', 10_000));
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(
            client, new ConsumerOptions { MaxDecompressedBytes = 5_000 });
        consumer.Assign(Zero, StartPosition.At(0));
        var failure = await Assert.ThrowsAsync<CorruptBatchException>(() => ConsumerTests.TakeAsync(consumer, 1));
        Assert.Contains("Gzip", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_larger_than_every_fetch_setting_comes_whole()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, new string('x', 100_000));
        cluster.Append(0, "b");
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(
            client, new ConsumerOptions { MaxPartitionFetchBytes = 10, FetchMaxBytes = 100, QueuedMaxBytes = 100 });
        consumer.Assign(Zero, StartPosition.At(0));
        var taken = await ConsumerTests.TakeAsync(consumer, 2);
        Assert.Equal(100_002, taken[0].Length);
        Assert.Equal("1:b", taken[1]);
    }

    [Fact]
    public async Task A_forgotten_session_is_opened_anew()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));

        cluster.NextFetch(_ => new FetchResponse { ErrorCode = ErrorCode.FetchSessionIdNotFound });
        cluster.Append(0, "b");
        Assert.Equal(["1:b"], await ConsumerTests.TakeAsync(consumer, 1));
        cluster.Append(0, "c");
        Assert.Equal(["2:c"], await ConsumerTests.TakeAsync(consumer, 1));
        Assert.Contains(cluster.Fetches.Skip(1), fetch => fetch.Request.SessionEpoch == 0);
    }

    [Fact]
    public async Task A_deserializer_that_refuses_leaves_the_position_before_the_record()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "1234", "12345", "abcd");
        await using var client = cluster.NewClient();
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Int32);
        consumer.Assign(Zero, StartPosition.Earliest);
        var failure = await Assert.ThrowsAsync<DeserializationException>(
            async () => await consumer.ReadAllAsync(Cancel).Take(2).ToListAsync(Cancel));
        Assert.Equal((Zero, 1L, RecordPart.Value), (failure.TopicPartition, failure.Offset, failure.Part));
        Assert.Equal(1, consumer.GetPosition(Zero));

        consumer.Seek(Zero, StartPosition.At(2));
        var next = await consumer.ReadAllAsync(Cancel).FirstAsync(Cancel);
        Assert.Equal(0x61626364, next.Value);
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_consumer_usable()
    {
        await using var cluster = new LogCluster();
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using (var results = consumer.ReadAllAsync(enough.Token).GetAsyncEnumerator(Cancel))
        {
        }

        var waiting = consumer.ReadAllAsync(enough.Token).FirstAsync(enough.Token).AsTask();
        Assert.Throws<InvalidOperationException>(() => consumer.ReadBatchesAsync(Cancel).GetAsyncEnumerator(Cancel));
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        cluster.Append(0, "a");
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task Disposing_ends_a_waiting_reader_and_the_fetch_that_is_under_way()
    {
        await using var cluster = new LogCluster();
        await using var client = cluster.NewClient();
        var consumer = ConsumerTests.NewConsumer(client, new ConsumerOptions { FetchMaxWait = TimeSpan.FromHours(1) });
        consumer.Assign(Zero, StartPosition.Earliest);
        var reading = consumer.ReadAllAsync(Cancel).CountAsync(Cancel).AsTask();
        Assert.True(SpinWait.SpinUntil(() => !cluster.Fetches.IsEmpty, TimeSpan.FromMinutes(1)));

        await consumer.DisposeAsync();
        Assert.Equal(0, await reading);
        await consumer.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => consumer.ReadAllAsync(Cancel).GetAsyncEnumerator(Cancel));
        Assert.Throws<ObjectDisposedException>(() => consumer.Assign(Zero, StartPosition.Earliest));
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_asked_again_over_another_connection()
    {
        await using var cluster = new LogCluster();
        cluster.Append(0, "a");
        using var never = new ManualResetEventSlim();
        cluster.NextFetch(_ =>
        {
            never.Wait(Cancel);
            return null;
        });
        await using var client = cluster.NewClient(requestTimeout: TimeSpan.FromMilliseconds(200));
        await using var consumer = ConsumerTests.NewConsumer(
            client, new ConsumerOptions { FetchMaxWait = TimeSpan.FromMilliseconds(10) });
        consumer.Assign(Zero, StartPosition.At(0));
        Assert.Equal(["0:a"], await ConsumerTests.TakeAsync(consumer, 1));
        never.Set();
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_reached_is_told_after_the_operations_time()
    {
        await using var client = new KafkaClient(new ClientOptions
        {
            BootstrapServers = "127.0.0.1:1",
            RetryBackoff = TimeSpan.FromMilliseconds(1),
            RetryBackoffMax = TimeSpan.FromMilliseconds(1),
            OperationTimeout = TimeSpan.FromMilliseconds(20),
        });
        await using var consumer = ConsumerTests.NewConsumer(client);
        consumer.Assign(Zero, StartPosition.Earliest);
        await Assert.ThrowsAsync<ConnectionFailedException>(() => ConsumerTests.TakeAsync(consumer, 1));
        await Assert.ThrowsAsync<ConnectionFailedException>(() => ConsumerTests.TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task Answers_that_wait_for_a_slow_reader_are_bounded()
    {
        await using var cluster = new LogCluster();
        for (var i = 0; i < 50; i++)
        {
            cluster.Append(0, new string('x', 1000));
        }

        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(
            client, new ConsumerOptions { MaxPartitionFetchBytes = 1000 });
        consumer.Assign(Zero, StartPosition.At(0));
        Assert.Single(await ConsumerTests.TakeAsync(consumer, 1));
        Assert.True(cluster.Fetches.Count <= 4, $"{cluster.Fetches.Count} fetches for one record read.");
        Assert.Equal(49, (await ConsumerTests.TakeAsync(consumer, 49)).Count);
    }
}
