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
        await broker.CreateTopicAsync("untouched");
        await broker.MustProduceAsync(partition, "before");
        broker.Disk.FreeBytes = 0;
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync(partition, -1, "lost")).Error);
        await Until.TrueAsync(() => partition.IsLeader);

        var full = Read(broker.Node);
        Assert.Equal(1, full["actorbroker.broker.records_in orders"]);
        Assert.Equal(1, full["actorbroker.broker.partitions.failed "]);
        Assert.Equal([TestBroker.Root], await FailedLogDirsAsync(broker));

        // There is room again: the directory is well with the next try, the partition with its next write.
        broker.Disk.FreeBytes = null;
        broker.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await FailedLogDirsAsync(broker));
        await broker.MustProduceAsync(partition, "kept");
        Assert.Equal(0, Read(broker.Node)["actorbroker.broker.partitions.failed "]);
        Assert.Equal(2, Read(broker.Node)["actorbroker.broker.records_in orders"]);
    }

    [Fact]
    public async Task A_directory_without_partitions_is_tried_at_most_once_a_second()
    {
        await using var broker = await TestBroker.StartedAsync();
        Assert.Empty(await FailedLogDirsAsync(broker));

        broker.Disk.IsReadOnly = true;
        Assert.Empty(await FailedLogDirsAsync(broker));
        broker.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([TestBroker.Root], await FailedLogDirsAsync(broker));
        broker.Disk.IsReadOnly = false;
        Assert.Equal([TestBroker.Root], await FailedLogDirsAsync(broker));
        broker.Time.Advance(TimeSpan.FromSeconds(1));
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => FailedLogDirsAsync(broker))));
        Assert.All(asked, Assert.Empty);
    }

    [Fact]
    public async Task A_topic_of_the_others_stays_with_them_when_it_grows()
    {
        await using var broker = await TestBroker.StartedAsync(("metrics.topics.max", "1"));
        await broker.CreateTopicAsync("one");
        await broker.MustProduceAsync(await broker.CreateTopicAsync("two"), "a");
        await broker.Node.Topics.DeleteAsync([new TopicRef("one", Guid.Empty)], TestContext.Current.CancellationToken);
        await broker.Node.Topics.GrowAsync(
            [new TopicGrowth("two", 2, null)], validateOnly: false, TestContext.Current.CancellationToken);

        await broker.MustProduceAsync(broker.Find("two", 1), "b");

        var read = Read(broker.Node);
        Assert.Equal(2, read["actorbroker.broker.records_in (others)"]);
        Assert.DoesNotContain(read.Keys, static name => name.EndsWith(" two", StringComparison.Ordinal));
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

    private static Task<IReadOnlyList<string>> FailedLogDirsAsync(TestBroker broker) =>
        broker.Node.FailedLogDirsAsync(TestContext.Current.CancellationToken);

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
