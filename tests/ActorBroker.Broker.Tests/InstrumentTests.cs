using System.Diagnostics.Metrics;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests;

/// <summary>What a broker measures of itself.</summary>
public sealed class InstrumentTests
{
    [Fact]
    public async Task A_produce_is_counted_once_by_its_batches_header()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("orders");
        await broker.MustProduceAsync(partition, "a", "b", "c");
        await broker.MustProduceAsync(partition, "d");

        var read = Read(broker.Node);

        Assert.Equal(2, read["actorbroker.broker.batches_in orders"]);
        Assert.Equal(4, read["actorbroker.broker.records_in orders"]);
        Assert.Equal(partition.SizeInBytes, read["actorbroker.broker.bytes_in orders"]);
        Assert.Equal(partition.SizeInBytes, read["actorbroker.broker.log.size orders"]);
        Assert.Equal(1, read["actorbroker.broker.partitions.leader "]);
        Assert.Equal(0, read["actorbroker.broker.partitions.failed "]);
        Assert.Equal(0, read["actorbroker.broker.mailbox.depth "]);
    }

    [Fact]
    public async Task A_failed_write_is_not_counted_and_the_partition_is_failed_until_one_succeeds()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("orders");
        await broker.MustProduceAsync(partition, "before");
        broker.Disk.FreeBytes = 0;
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync(partition, -1, "lost")).Error);
        await Until.TrueAsync(() => partition.IsLeader);

        var full = Read(broker.Node);
        Assert.Equal(1, full["actorbroker.broker.records_in orders"]);
        Assert.Equal(1, full["actorbroker.broker.partitions.failed "]);
        Assert.Equal([TestBroker.Root], broker.Node.FailedLogDirs());

        // There is room again: the directory is well at once, the partition with its next write.
        broker.Disk.FreeBytes = null;
        Assert.Empty(broker.Node.FailedLogDirs());
        broker.Time.Advance(TimeSpan.FromSeconds(1));
        await broker.MustProduceAsync(partition, "kept");
        Assert.Equal(0, Read(broker.Node)["actorbroker.broker.partitions.failed "]);
        Assert.Equal(2, Read(broker.Node)["actorbroker.broker.records_in orders"]);
    }

    [Fact]
    public async Task Beyond_the_limit_topics_share_their_numbers_and_a_deleted_one_makes_room()
    {
        await using var broker = await TestBroker.StartedAsync(("metrics.topics.max", "1"));
        await broker.MustProduceAsync(await broker.CreateTopicAsync("one"), "a");
        await broker.MustProduceAsync(await broker.CreateTopicAsync("two"), "b");
        await broker.MustProduceAsync(await broker.CreateTopicAsync("three"), "c");

        var read = Read(broker.Node);
        Assert.Equal(1, read["actorbroker.broker.records_in one"]);
        Assert.Equal(2, read["actorbroker.broker.records_in (others)"]);

        await broker.Node.Topics.DeleteAsync([new TopicRef("one", Guid.Empty)], TestContext.Current.CancellationToken);
        await broker.MustProduceAsync(await broker.CreateTopicAsync("four"), "d");
        read = Read(broker.Node);
        Assert.False(read.ContainsKey("actorbroker.broker.records_in one"));
        Assert.Equal(1, read["actorbroker.broker.records_in four"]);
    }

    [Fact]
    public async Task Two_brokers_in_a_process_are_told_apart()
    {
        await using var one = await TestBroker.StartedAsync();
        await using var other = await TestBroker.StartedAsync();
        await one.MustProduceAsync(await one.CreateTopicAsync("orders"), "a");

        Assert.Equal(1, Read(one.Node)["actorbroker.broker.topics "]);
        Assert.Equal(0, Read(other.Node)["actorbroker.broker.topics "]);
    }

    /// <summary>What the observable instruments of a broker say, by name and the value of their tag.</summary>
    private static Dictionary<string, long> Read(BrokerNode node)
    {
        var read = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == node.Meters && instrument.IsObservable)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            read[$"{instrument.Name} {(tags.IsEmpty ? null : tags[0].Value)}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
