using ActorBroker.Client.Producing;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>Order and exactly-once of one partition's batches, through every kind of failure.</summary>
public sealed class PartitionSenderTests
{
    private static readonly ClientOptions Client = new()
    {
        BootstrapServers = "unused:1",
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        RetryBackoffMax = TimeSpan.FromMilliseconds(2),
    };

    private readonly FakeCluster _cluster = new();
    private readonly List<ProduceBatch> _settled = [];
    private long _released;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_are_stored_in_the_order_in_which_they_were_sent()
    {
        var records = await SendAsync(100);

        Assert.Equal(Enumerable.Range(0, 100), _cluster.Stored);
        Assert.Equal(41, (await records[41].DeliveredAsync(Cancel)).Offset);
    }

    [Fact]
    public async Task A_retriable_refusal_in_the_middle_keeps_order_and_count()
    {
        _cluster.PassNext();
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.NotLeaderOrFollower, "Producing"));
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.OutOfOrderSequenceNumber, "Producing"));
        await SendAsync(50);

        Assert.Equal(Enumerable.Range(0, 50), _cluster.Stored);
        Assert.True(_cluster.Lookups >= 2);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_not_stored_twice()
    {
        _cluster.LoseNextAnswer();
        var records = await SendAsync(20);

        Assert.Equal(Enumerable.Range(0, 20), _cluster.Stored);
        Assert.Equal(-1, (await records[0].DeliveredAsync(Cancel)).Offset);
        Assert.Equal(19, (await records[19].DeliveredAsync(Cancel)).Offset);
    }

    [Fact]
    public async Task The_first_batch_of_an_epoch_goes_alone_and_is_not_overtaken()
    {
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.NotEnoughReplicas, "Producing"));
        await SendAsync(20);

        Assert.Equal(Enumerable.Range(0, 20), _cluster.Stored);
    }

    [Fact]
    public async Task A_gap_in_the_numbers_is_closed_by_a_new_epoch_where_nothing_is_in_doubt()
    {
        _cluster.PassNext();
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.OutOfOrderSequenceNumber, "Producing"));
        await SendAsync(20);

        Assert.Equal(Enumerable.Range(0, 20), _cluster.Stored);
        Assert.Equal((1L, (short)1, 0), _cluster.Numbers[1]);
    }

    [Fact]
    public async Task A_batch_that_a_leader_disowned_may_be_stored_and_is_not_numbered_anew()
    {
        _cluster.LoseNextAnswer(new BrokerErrorException(ErrorCode.NotLeaderOrFollower, "Producing"));
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.OutOfOrderSequenceNumber, "Producing"));
        var records = await SendAsync(3);

        await Assert.ThrowsAsync<BrokerErrorException>(async () => await records[0].DeliveredAsync(Cancel));
        Assert.Equal([0, 1, 2], _cluster.Stored);
    }

    [Fact]
    public async Task Both_halves_of_a_batch_that_may_be_stored_may_be_stored()
    {
        _cluster.LoseNextAnswer();
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.MessageTooLarge, "Producing"));
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.TopicAuthorizationFailed, "Producing"));
        var options = Options(true) with { BatchBytes = 100_000 };
        using var queue = NewQueue(options);
        var records = Enumerable.Range(0, 10).Select(i => Append(queue, i)).ToArray();
        queue.Complete();
        await Sender(queue, options).RunAsync(Cancel);

        await Assert.ThrowsAsync<BrokerErrorException>(async () => await records[9].DeliveredAsync(Cancel));
        Assert.Equal(Enumerable.Range(0, 10), _cluster.Stored);
    }

    [Fact]
    public async Task What_nobody_foresaw_fails_a_batch_and_not_the_partition()
    {
        _cluster.FailNextLookup = new InvalidOperationException("Nobody foresaw this.");
        var options = Options(true);
        using var queue = NewQueue(options);
        var failed = Append(queue, 0);
        var running = Sender(queue, options).RunAsync(Cancel);
        var failure = await Assert.ThrowsAsync<KafkaException>(async () => await failed.DeliveredAsync(Cancel));
        Assert.Contains("Nobody foresaw", failure.Message, StringComparison.Ordinal);
        await Append(queue, 1).DeliveredAsync(Cancel);
        queue.Complete();
        await running;

        Assert.Equal([1], _cluster.Stored);
    }

    [Fact]
    public void The_parts_of_a_batch_may_be_settled_in_any_order()
    {
        var options = Options(true) with { BatchBytes = 100_000 };
        using var queue = NewQueue(options);
        var records = Enumerable.Range(0, 4).Select(i => Append(queue, i)).ToArray();
        queue.Complete();
        Assert.True(queue.TryTake(out var whole));
        Assert.Equal(400, whole.ReservedBytes);
        whole.Seal(CompressionCodec.None);
        var (first, second) = whole.Split();
        whole.Dispose();

        Assert.Equal(0, second.ReservedBytes);
        second.Succeed(20);
        Assert.Equal(400, first.ReservedBytes);
        first.Succeed(10);
        Assert.Equal([10, 11, 20, 21], records.Select((_, index) => whole.OffsetOf(index)));
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_final_refusal_fails_one_batch_and_those_behind_it_are_numbered_anew()
    {
        var held = _cluster.HoldNext();
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.MessageTooLarge, "Producing"));
        var queue = NewQueue(Options(true));
        var first = Append(queue, 0);
        var tooLarge = Append(queue, 1);
        var behind = Append(queue, 2);
        var running = Sender(queue, Options(true)).RunAsync(Cancel);
        held.SetResult();
        Assert.Equal(0, (await first.DeliveredAsync(Cancel)).Offset);
        await Assert.ThrowsAsync<BrokerErrorException>(async () => await tooLarge.DeliveredAsync(Cancel));
        Assert.Equal(1, (await behind.DeliveredAsync(Cancel)).Offset);
        var later = Append(queue, 3);
        queue.Complete();
        await running;

        Assert.Equal(2, (await later.DeliveredAsync(Cancel)).Offset);
        Assert.Equal([0, 2, 3], _cluster.Stored);
        Assert.Equal([(1, 0, 0), (1, 1, 0), (1, 1, 1)], _cluster.Numbers);
    }

    [Fact]
    public async Task A_batch_that_may_be_stored_is_not_sent_in_another_epoch()
    {
        _cluster.LoseNextAnswer();
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.TopicAuthorizationFailed, "Producing"));
        var options = Options(true);
        using var queue = NewQueue(options);
        var lost = Append(queue, 0);
        var running = Sender(queue, options).RunAsync(Cancel);
        await Assert.ThrowsAsync<BrokerErrorException>(async () => await lost.DeliveredAsync(Cancel));
        var later = Append(queue, 1);
        queue.Complete();
        await running;

        Assert.Equal(1, (await later.DeliveredAsync(Cancel)).Offset);
        Assert.Equal([0, 1], _cluster.Stored);
        Assert.Equal([(1, 0, 0), (1, 1, 0)], _cluster.Numbers);
    }

    [Fact]
    public async Task A_partition_that_forgot_the_producer_gets_the_records_in_a_new_epoch()
    {
        var options = Options(true);
        using var queue = NewQueue(options);
        var running = Sender(queue, options).RunAsync(Cancel);
        await Append(queue, 0).DeliveredAsync(Cancel);
        _cluster.ForgetProducers();
        await Append(queue, 1).DeliveredAsync(Cancel);
        queue.Complete();
        await running;

        Assert.Equal([0, 1], _cluster.Stored);
        Assert.Equal([(1, 0, 0), (1, 1, 0)], _cluster.Numbers);
    }

    [Fact]
    public async Task A_producer_whose_epochs_are_used_up_gets_another_id()
    {
        _cluster.FirstEpoch = short.MaxValue;
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.InvalidRecord, "Producing"));
        var options = Options(true);
        using var queue = NewQueue(options);
        var refused = Append(queue, 0);
        var running = Sender(queue, options).RunAsync(Cancel);
        await Assert.ThrowsAsync<BrokerErrorException>(async () => await refused.DeliveredAsync(Cancel));
        await Append(queue, 1).DeliveredAsync(Cancel);
        queue.Complete();
        await running;

        Assert.Equal([(2, 0, 0)], _cluster.Numbers);
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    public async Task A_batch_that_the_broker_finds_too_large_is_split_until_it_fits(CompressionCodec codec)
    {
        _cluster.BatchRecordsMax = 3;
        var options = Options(true) with { BatchBytes = 100_000, Compression = codec };
        using var queue = NewQueue(options);
        var records = Enumerable.Range(0, 25).Select(i => Append(queue, i)).ToArray();
        queue.Complete();
        await Sender(queue, options).RunAsync(Cancel);

        Assert.Equal(Enumerable.Range(0, 25), _cluster.Stored);
        for (var i = 0; i < records.Length; i++)
        {
            Assert.Equal(i, (await records[i].DeliveredAsync(Cancel)).Offset);
        }

        Assert.Equal(25 * 100, _released);
    }

    [Fact]
    public async Task A_single_record_that_is_too_large_fails()
    {
        _cluster.BatchRecordsMax = 0;
        var options = Options(true);
        using var queue = NewQueue(options);
        var record = Append(queue, 0);
        queue.Complete();
        await Sender(queue, options).RunAsync(Cancel);

        var failure = await Assert.ThrowsAsync<BrokerErrorException>(async () => await record.DeliveredAsync(Cancel));
        Assert.Equal(ErrorCode.MessageTooLarge, failure.Code);
    }

    [Fact]
    public async Task A_batch_that_stays_refused_fails_when_its_delivery_time_is_over()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _cluster.RefuseNext(new BrokerErrorException(ErrorCode.NotEnoughReplicas, "Producing"));
        }

        var options = Options(true) with { DeliveryTimeout = TimeSpan.FromMilliseconds(30) };
        var queue = NewQueue(options);
        var record = Append(queue, 0);
        queue.Complete();
        await Sender(queue, options).RunAsync(Cancel);

        var failure = await Assert.ThrowsAsync<ClientTimeoutException>(
            async () => await record.DeliveredAsync(Cancel));
        Assert.Contains("NOT_ENOUGH_REPLICAS", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_cluster.Stored);
    }

    [Fact]
    public async Task Without_idempotence_one_batch_is_under_way_at_a_time()
    {
        _cluster.RefuseNext(new BrokerErrorException(ErrorCode.RequestTimedOut, "Producing"));
        await SendAsync(30, idempotent: false);

        Assert.Equal(1, _cluster.UnderWayMax);
        Assert.Equal(Enumerable.Range(0, 30), _cluster.Stored);
    }

    [Fact]
    public async Task With_idempotence_no_more_than_the_window_is_under_way()
    {
        var held = Enumerable.Range(0, 5).Select(_ => _cluster.HoldNext()).ToArray();
        var queue = NewQueue(Options(true));
        for (var i = 0; i < 12; i++)
        {
            Append(queue, i);
        }

        queue.Complete();
        var running = Sender(queue, Options(true)).RunAsync(Cancel);
        held[0].SetResult();
        while (_cluster.UnderWayMax < 5)
        {
            await Task.Delay(1, Cancel);
        }

        Array.ForEach(held, each => each.TrySetResult());
        await running;

        Assert.Equal(5, _cluster.UnderWayMax);
    }

    [Fact]
    public async Task Cancelling_fails_what_is_left_and_gives_every_batch_back()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var held = _cluster.HoldNext();
        var queue = NewQueue(Options(true));
        var records = Enumerable.Range(0, 8).Select(i => Append(queue, i)).ToArray();
        var running = Sender(queue, Options(true)).RunAsync(source.Token);
        await source.CancelAsync();
        await running;
        held.SetResult();

        Assert.Equal(8, _settled.Count);
        foreach (var record in records)
        {
            await Assert.ThrowsAnyAsync<KafkaException>(async () => await record.DeliveredAsync(Cancel));
        }
    }

    // One record a batch, so that every record has its own place in the window.
    private static ProducerOptions Options(bool idempotent) => new()
    {
        Linger = TimeSpan.Zero,
        BatchBytes = 1,
        Idempotent = idempotent,
        Acks = idempotent ? Acks.All : Acks.Leader,
    };

    private static BatchQueue NewQueue(ProducerOptions options) => new("topic", 0, options, TimeProvider.System);

    private static PendingRecord Append(BatchQueue queue, int value) => queue.Append(
        new RecordData { Value = BitConverter.GetBytes(value), HasValue = true },
        1_700_000_000_000,
        100,
        null,
        out _,
        out _);

    private async Task<PendingRecord[]> SendAsync(int count, bool idempotent = true)
    {
        var options = Options(idempotent);
        using var queue = NewQueue(options);
        var records = Enumerable.Range(0, count).Select(i => Append(queue, i)).ToArray();
        queue.Complete();
        await Sender(queue, options).RunAsync(Cancel);
        Assert.Equal(count, _settled.Count);
        return records;
    }

    private PartitionSender Sender(BatchQueue queue, ProducerOptions options) =>
        new(queue, _cluster, options, Client, (batch, _) =>
        {
            _settled.Add(batch);
            _released += batch.ReservedBytes;
        });
}
