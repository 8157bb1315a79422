using System.Buffers;
using System.Globalization;
using ActorBroker.Records;
using static ActorBroker.Client.Tests.ScriptedCluster;

namespace ActorBroker.Client.Tests;

/// <summary>The whole producer over real sockets, against brokers that fail in every way a script can tell.</summary>
public sealed class ProducerFaultTests
{
    private static readonly ProducerOptions Small = new() { Linger = TimeSpan.Zero, BatchBytes = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_cut_in_the_middle_costs_no_record_and_doubles_none(bool afterStoring)
    {
        await using var cluster = new ScriptedCluster();
        cluster.Next(Fault.None);
        cluster.Next(afterStoring ? Fault.CutAfter : Fault.CutBefore);
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 50);

        Assert.Equal(Numbers(50), cluster.Stored[0]);
    }

    [Theory]
    [InlineData(ErrorCode.NotLeaderOrFollower)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    [InlineData(ErrorCode.NotEnoughReplicas)]
    [InlineData(ErrorCode.RequestTimedOut)]
    [InlineData(ErrorCode.UnknownTopicOrPartition)]
    [InlineData(ErrorCode.KafkaStorageError)]
    [InlineData(ErrorCode.CorruptMessage)]
    [InlineData(ErrorCode.UnknownProducerId)]
    [InlineData(ErrorCode.FencedLeaderEpoch)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber)]
    public async Task A_refusal_that_passes_is_outlived_in_order(ErrorCode code)
    {
        await using var cluster = new ScriptedCluster();
        cluster.Refusals.Enqueue(code);
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 20);

        Assert.Equal(Numbers(20), cluster.Stored[0]);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    [InlineData(ErrorCode.InvalidRecord)]
    [InlineData(ErrorCode.UnsupportedForMessageFormat)]
    public async Task A_refusal_that_stays_fails_its_record_with_the_code_and_no_other(ErrorCode code)
    {
        await using var cluster = new ScriptedCluster();
        cluster.Refusals.Enqueue(code);
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(
            () => producer.ProduceAsync("t", new Message<string?, string?>(null, "bad"), Cancel));
        Assert.Equal(code, failure.Code);

        Assert.Equal(0, (await producer.ProduceAsync("t", new Message<string?, string?>(null, "good"), Cancel)).Offset);
        Assert.Equal(["good"], cluster.Stored[0]);
    }

    [Fact]
    public async Task Records_follow_a_leader_that_moves()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 10);
        cluster.Leaders = [2];
        await SendAsync(producer, 10, from: 10);

        Assert.Equal(Numbers(20), cluster.Stored[0]);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_costs_the_connection_and_no_record()
    {
        await using var cluster = new ScriptedCluster();
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient(requestTimeout: TimeSpan.FromMilliseconds(300));
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 10);
        held.SetResult(Fault.CutBefore);

        Assert.Equal(Numbers(10), cluster.Stored[0]);
    }

    [Fact]
    public async Task Batches_of_many_partitions_share_a_request()
    {
        await using var cluster = new ScriptedCluster(partitions: 40);
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(
            client, new ProducerOptions { Linger = TimeSpan.Zero, InFlightPerBroker = 1 });
        var pending = new List<PendingRecord>();
        for (var partition = 0; partition < 40; partition++)
        {
            var message = new Message<string?, string?>(null, "x") { Partition = partition };
            pending.Add(await producer.SendAsync("t", message, Cancel));
        }

        held.SetResult(Fault.None);
        await producer.FlushAsync(Cancel);

        Assert.All(pending, record => Assert.True(record.IsSettled && !record.HasFailed));
        Assert.Equal(40, cluster.Stored.Count);
        Assert.Equal(40, cluster.Requests.Sum(partitions => partitions.Length));
        Assert.Contains(cluster.Requests, partitions => partitions.Length > 1);
        Assert.All(cluster.Requests, partitions => Assert.Equal(partitions.Length, partitions.Distinct().Count()));
        Assert.Equal(1, cluster.ProducerIds);
    }

    [Fact]
    public async Task An_old_broker_gets_the_versions_that_it_knows()
    {
        await using var cluster = new ScriptedCluster { ApiVersionsMax = 0, ProduceMax = 3 };
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 5);

        Assert.Equal(Numbers(5), cluster.Stored[0]);
        Assert.All(cluster.ProduceVersions, version => Assert.Equal(3, version));
    }

    [Fact]
    public async Task Zstd_is_not_sent_to_a_broker_that_does_not_know_it()
    {
        await using var cluster = new ScriptedCluster { ProduceMax = 6 };
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small with { Compression = CompressionCodec.Zstd });
        var failure = await Assert.ThrowsAsync<KafkaException>(
            () => producer.ProduceAsync("t", new Message<string?, string?>(null, "x"), Cancel));

        Assert.Contains("zstd", failure.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.Stored);
    }

    [Fact]
    public async Task A_full_buffer_makes_the_sender_wait_until_the_broker_has_taken_something()
    {
        await using var cluster = new ScriptedCluster();
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small with { BufferBytes = 3000 });
        var value = new string('x', 1000);
        await producer.SendAsync("t", new Message<string?, string?>(null, value), Cancel);
        await producer.SendAsync("t", new Message<string?, string?>(null, value), Cancel);
        var third = producer.SendAsync("t", new Message<string?, string?>(null, value), Cancel).AsTask();
        Assert.False(third.IsCompleted);

        held.SetResult(Fault.None);
        await (await third).DeliveredAsync(Cancel);
        Assert.Equal(3, cluster.Stored[0].Count);
    }

    [Fact]
    public async Task A_buffer_that_stays_full_fails_the_sender_and_keeps_what_was_taken()
    {
        await using var cluster = new ScriptedCluster();
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(
            client, Small with { BufferBytes = 1500, MaxBlock = TimeSpan.FromMilliseconds(200) });
        var value = new string('x', 1000);
        var first = await producer.SendAsync("t", new Message<string?, string?>(null, value), Cancel);
        await Assert.ThrowsAsync<ClientTimeoutException>(
            async () => await producer.SendAsync("t", new Message<string?, string?>(null, value), Cancel));

        held.SetResult(Fault.None);
        Assert.Equal(0, (await first.DeliveredAsync(Cancel)).Offset);
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_before_it_is_sent()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small with { MaxRequestBytes = 1000 });
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => producer.ProduceAsync(
            "t", new Message<string?, string?>(null, new string('x', 1001)), Cancel));

        Assert.Equal(ErrorCode.MessageTooLarge, failure.Code);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task Closing_in_the_middle_of_a_linger_delivers_what_was_taken()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        PendingRecord record;
        await using (var producer = NewProducer(client, new ProducerOptions { Linger = TimeSpan.FromHours(1) }))
        {
            record = await producer.SendAsync("t", new Message<string?, string?>(null, "last"), Cancel);
            Assert.False(record.IsSettled);
        }

        Assert.Equal(0, (await record.DeliveredAsync(Cancel)).Offset);
        Assert.Equal(["last"], cluster.Stored[0]);
    }

    [Fact]
    public async Task Aborting_fails_what_is_not_delivered_and_does_not_wait_for_the_broker()
    {
        await using var cluster = new ScriptedCluster();
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient();
        var producer = NewProducer(client, Small);
        var record = await producer.SendAsync("t", new Message<string?, string?>(null, "lost"), Cancel);
        await producer.AbortAsync();

        await Assert.ThrowsAsync<KafkaException>(async () => await record.DeliveredAsync(Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await producer.SendAsync("t", new Message<string?, string?>(null, "late"), Cancel));
        held.SetResult(Fault.CutBefore);
    }

    [Fact]
    public async Task Aborting_cuts_a_disposal_short_that_waits_and_both_end_together()
    {
        await using var cluster = new ScriptedCluster();
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient();
        var producer = NewProducer(client, Small);
        var record = await producer.SendAsync("t", new Message<string?, string?>(null, "lost"), Cancel);
        var disposing = producer.DisposeAsync().AsTask();
        var again = producer.DisposeAsync().AsTask();
        Assert.False(again.IsCompleted);
        await producer.AbortAsync();

        await disposing;
        await again;
        await Assert.ThrowsAsync<KafkaException>(async () => await record.DeliveredAsync(Cancel));
        await producer.AbortAsync();
        held.SetResult(Fault.CutBefore);
    }

    [Fact]
    public async Task A_full_buffer_ends_the_linger_of_what_fills_it()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(
            client, new ProducerOptions { Linger = TimeSpan.FromHours(1), BatchBytes = 3000, BufferBytes = 3000 });
        var message = new Message<string?, string?>(null, new string('x', 1000));
        await producer.SendAsync("t", message, Cancel);
        await producer.SendAsync("t", message, Cancel);
        await producer.SendAsync("t", message, Cancel);

        Assert.Equal(2, cluster.Stored[0].Count);
    }

    [Fact]
    public async Task What_a_serializer_wrote_before_it_said_null_is_not_sent()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        await using var producer = client.CreateProducer(new Hesitant(), new Hesitant(), Small);
        await producer.ProduceAsync("t", new Message<string, string>("key", "value"), Cancel);

        Assert.Equal([""], cluster.Stored[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task An_impossible_port_in_the_metadata_fails_the_sender_and_not_the_producer(int port)
    {
        await using var cluster = new ScriptedCluster { PortTold = port };
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        var message = new Message<string?, string?>(null, "x");
        await Assert.ThrowsAsync<ProtocolViolationException>(() => producer.ProduceAsync("t", message, Cancel));

        cluster.PortTold = null;
        Assert.Equal(0, (await producer.ProduceAsync("t", message, Cancel)).Offset);
    }

    [Fact]
    public async Task A_broker_that_is_told_twice_is_taken_as_it_was_told_last()
    {
        await using var cluster = new ScriptedCluster { TellsBrokersTwice = true };
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 3);

        Assert.Equal(Numbers(3), cluster.Stored[0]);
    }

    [Fact]
    public async Task A_partition_that_came_later_is_found()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small);
        await SendAsync(producer, 1);
        cluster.Leaders = [1, 1, 1];
        var message = new Message<string?, string?>(null, "new") { Partition = 2 };
        Assert.Equal(new RecordMetadata("t", 2, 0), await producer.ProduceAsync("t", message, Cancel));

        await Assert.ThrowsAsync<KafkaException>(
            () => producer.ProduceAsync("t", message with { Partition = 3 }, Cancel));
    }

    [Fact]
    public async Task Without_acknowledgements_a_record_is_done_once_it_is_sent()
    {
        await using var cluster = new ScriptedCluster();
        await using var client = cluster.NewClient();
        await using var producer = NewProducer(client, Small with { Acks = Acks.None, Idempotent = false });
        var sent = await producer.ProduceAsync("t", new Message<string?, string?>(null, "x"), Cancel);

        Assert.Equal(-1, sent.Offset);
    }

    [Fact]
    public async Task Taking_a_record_allocates_nothing()
    {
        await using var cluster = new ScriptedCluster();
        var held = cluster.HoldNext();
        await using var client = cluster.NewClient();
        await using var producer = client.CreateProducer(
            Serializers.Int64,
            Serializers.Bytes,
            new ProducerOptions { Linger = TimeSpan.FromHours(1), BatchBytes = 10_000_000 });
        var value = (ReadOnlyMemory<byte>)new byte[20];
        for (var i = 0L; i < 60_000; i++)
        {
            await producer.SendAsync("t", new Message<long, ReadOnlyMemory<byte>>(i, value), Cancel);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0L; i < 10_000; i++)
        {
            var taken = producer.SendAsync("t", new Message<long, ReadOnlyMemory<byte>>(i, value), Cancel);
            Assert.True(taken.IsCompletedSuccessfully);
        }

        // The batch has grown before, to more than both loops fill; an object a record would be 240,000 bytes and more.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        held.SetResult(Fault.None);
        Assert.InRange(allocated, 0, 1_000);
    }

    private sealed class Hesitant : ISerializer<string>
    {
        public bool Serialize(string value, IBufferWriter<byte> output, SerializationContext context)
        {
            output.Write("half"u8);
            return false;
        }
    }

    private static Producer<string?, string?> NewProducer(KafkaClient client, ProducerOptions options) =>
        client.CreateProducer(Serializers.Utf8, Serializers.Utf8, options);

    private static IEnumerable<string> Numbers(int count) =>
        Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));

    private static async Task SendAsync(Producer<string?, string?> producer, int count, int from = 0)
    {
        for (var i = from; i < from + count; i++)
        {
            var text = i.ToString(CultureInfo.InvariantCulture);
            await producer.SendAsync("t", new Message<string?, string?>(null, text), Cancel);
        }

        await producer.FlushAsync(Cancel);
    }
}
