using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests;

public sealed class PartitionProduceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_produce_is_answered_and_read_back_whatever_its_acks(short acks)
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        var result = await broker.ProduceAsync(partition, acks, "a", "b");

        Assert.Equal(new ProduceResult(ErrorCode.None, 0, -1, 0), result);
        Assert.Equal(["a", "b"], partition.ReadAll());
        Assert.Equal(2, partition.HighWatermark);
    }

    [Fact]
    public async Task Acks_other_than_0_1_and_all_are_refused()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        var result = await broker.ProduceAsync(partition, 2, "a");

        Assert.Equal(ErrorCode.InvalidRequiredAcks, result.Error);
        Assert.Equal(0, partition.LogEndOffset);
    }

    [Theory]
    [InlineData(10, ErrorCode.InvalidTxnState)]
    [InlineData(11, ErrorCode.TransactionAbortable)]
    public async Task A_batch_of_a_transaction_is_refused_and_holds_up_no_reader(short version, ErrorCode expected)
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        var options = new RecordBatchOptions
        {
            ProducerId = 7,
            ProducerEpoch = 0,
            BaseSequence = 0,
            IsTransactional = true,
        };

        var refused = await partition.ProduceAsync(
            Batches.Produce(-1, broker.Time.NowMs, options, "a") with { ApiVersion = version });
        await broker.MustProduceAsync(partition, "b");

        Assert.Equal((expected, -1), (refused.Error, refused.BaseOffset));
        Assert.Equal((1, 1), (partition.LogEndOffset, partition.LastStableOffset));
    }

    [Fact]
    public async Task Calls_of_one_thread_are_appended_in_their_order()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        var answers = Enumerable.Range(0, 500)
            .Select(number => broker.ProduceAsync(partition, 1, $"v{number}").AsTask()).ToArray();
        var results = await Task.WhenAll(answers);

        Assert.All(results, result => Assert.Equal(ErrorCode.None, result.Error));
        Assert.Equal(
            Enumerable.Range(0, 500).Select(number => (long)number), results.Select(result => result.BaseOffset));
        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"v{number}"), partition.ReadAll());
    }

    [Fact]
    public async Task Produces_that_wait_together_are_written_together()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        using var held = new ManualResetEventSlim();
        var holding = partition.Actor.AskAsync(_ => held.Wait(TimeSpan.FromMinutes(1)));

        var answers = Enumerable.Range(0, 300)
            .Select(number => broker.ProduceAsync(partition, -1, $"v{number}").AsTask()).ToArray();
        var before = broker.Disk.Writes;
        held.Set();
        await Task.WhenAll(answers);

        Assert.True(await holding);
        Assert.InRange(broker.Disk.Writes - before, 1, 5);
        Assert.Equal(300, partition.ReadAll().Count);
    }

    [Fact]
    public async Task Many_producers_at_once_lose_and_double_nothing()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        var producers = Enumerable.Range(0, 8).Select(producer => Task.Run(async () =>
        {
            for (var number = 0; number < 200; number++)
            {
                await broker.MustProduceAsync(partition, $"{producer}:{number}");
            }
        }));
        await Task.WhenAll(producers);

        var stored = partition.ReadAll();
        Assert.Equal(1600, stored.Distinct().Count());
        Assert.Equal(1600, stored.Count);
        foreach (var own in stored.GroupBy(value => value.Split(':')[0]))
        {
            Assert.Equal(own.Select(value => value), Enumerable.Range(0, 200).Select(number => $"{own.Key}:{number}"));
        }
    }

    [Fact]
    public async Task The_broker_stamps_its_time_where_the_topic_says_so()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("message.timestamp.type", "LogAppendTime"));

        var result = await broker.ProduceAsync(partition, 1, "a");

        Assert.Equal(broker.Time.NowMs, result.LogAppendTimeMs);
        Assert.Equal(["a"], partition.ReadAll());
    }

    [Fact]
    public async Task A_repeated_batch_of_an_idempotent_producer_is_stored_once()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        var first = await partition.ProduceAsync(Idempotent(broker, 0, "a", "b"));
        var again = await partition.ProduceAsync(Idempotent(broker, 0, "a", "b"));
        var next = await partition.ProduceAsync(Idempotent(broker, 2, "c"));
        var gap = await partition.ProduceAsync(Idempotent(broker, 5, "x"));

        Assert.Equal((ErrorCode.None, 0), (first.Error, first.BaseOffset));
        Assert.Equal((ErrorCode.None, 0), (again.Error, again.BaseOffset));
        Assert.Equal((ErrorCode.None, 2), (next.Error, next.BaseOffset));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, gap.Error);
        Assert.Equal(["a", "b", "c"], partition.ReadAll());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_idempotent_producer_goes_on_after_a_restart(bool kill)
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        string[] inFlight = ["a", "b", "c", "d", "e"];
        for (var i = 0; i < inFlight.Length; i++)
        {
            await partition.ProduceAsync(Idempotent(broker, i, inFlight[i]));
        }

        await (kill ? broker.KillAsync() : broker.RestartAsync());
        partition = broker.Find();

        for (var i = 0; i < inFlight.Length; i++)
        {
            var again = await partition.ProduceAsync(Idempotent(broker, i, inFlight[i]));
            Assert.Equal((ErrorCode.None, i), (again.Error, again.BaseOffset));
        }

        var next = await partition.ProduceAsync(Idempotent(broker, 5, "f"));
        Assert.Equal((ErrorCode.None, 5), (next.Error, next.BaseOffset));
        Assert.Equal([.. inFlight, "f"], partition.ReadAll());
    }

    [Fact]
    public async Task A_repeat_from_before_the_kept_batches_is_called_one_and_has_no_offset()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        for (var i = 0; i < 7; i++)
        {
            await partition.ProduceAsync(Idempotent(broker, i, "a"));
        }

        var repeat = await partition.ProduceAsync(Idempotent(broker, 0, "a"));

        Assert.Equal((ErrorCode.DuplicateSequenceNumber, -1), (repeat.Error, repeat.BaseOffset));
        Assert.Equal(7, partition.LogEndOffset);
    }

    [Fact]
    public async Task No_more_replicas_are_asked_to_be_in_sync_than_there_are()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("min.insync.replicas", "2"));

        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync(partition, -1, "a")).Error);
        Assert.Equal(["a"], partition.ReadAll());
    }

    [Fact]
    public async Task A_damaged_batch_is_refused_and_nothing_is_stored()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        var batch = Batches.Of(RecordBatchOptions.Default, broker.Time.NowMs, "a");
        batch[^1] ^= 1;

        var result = await partition.ProduceAsync(new ProduceCommand(batch, 1, 1000));

        Assert.Equal(ErrorCode.CorruptMessage, result.Error);
        Assert.Equal(0, partition.LogEndOffset);
    }

    private static ProduceCommand Idempotent(
        TestBroker broker, int sequence, params string[] values) => Batches.Produce(
        -1,
        broker.Time.NowMs,
        new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0, BaseSequence = sequence },
        values);
}
