using System.Diagnostics.Metrics;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Groups;

public sealed class GroupLagTests
{
    private static readonly (string, string) OneShard = ("offsets.topic.num.partitions", "1");

    [Fact]
    public async Task Lag_is_what_is_left_to_read_and_as_old_as_its_first_record()
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        for (var i = 0; i < 10; i++)
        {
            await broker.MustProduceAsync(partition, "a", "b");
            broker.Time.Advance(TimeSpan.FromSeconds(10));
        }

        await CommitAsync(broker, "g", 15);

        var lag = await LagAsync(broker, "g");
        Assert.Equal((15L, 0L, 20L, 5L), (lag.CommittedOffset, lag.LogStartOffset, lag.EndOffset, lag.Records));
        Assert.Equal(30.0, lag.Seconds);
    }

    [Fact]
    public async Task While_producers_are_idle_lag_grows_where_records_wait_and_stays_zero_where_none_does()
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a", "b");
        await CommitAsync(broker, "behind", 1);
        await CommitAsync(broker, "done", 2);

        broker.Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal((1L, 10_800.0), await NumbersAsync(broker, "behind"));
        Assert.Equal((0L, 0.0), await NumbersAsync(broker, "done"));

        broker.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((1L, 14_400.0), await NumbersAsync(broker, "behind"));
        Assert.Equal((0L, 0.0), await NumbersAsync(broker, "done"));

        // What comes now is young, however long nothing came.
        await broker.MustProduceAsync(partition, "c");
        broker.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((1L, 2.0), await NumbersAsync(broker, "done"));
        Assert.Equal((2L, 14_402.0), await NumbersAsync(broker, "behind"));
    }

    [Fact]
    public async Task What_was_removed_before_it_was_read_does_not_count()
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a", "b");
        broker.Time.Advance(TimeSpan.FromSeconds(60));
        await broker.MustProduceAsync(partition, "c");
        await CommitAsync(broker, "g", 0);
        Assert.Equal((3L, 60.0), await NumbersAsync(broker, "g"));

        Assert.Equal(ErrorCode.None, (await partition.DeleteRecordsAsync(2)).Error);

        Assert.Equal((1L, 0.0), await NumbersAsync(broker, "g"));
        Assert.Equal(2, (await LagAsync(broker, "g")).LogStartOffset);
    }

    [Fact]
    public async Task An_offset_beyond_the_end_has_no_lag_and_an_absurd_one_has_none_that_is_known()
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");

        await CommitAsync(broker, "g", 99);
        Assert.Equal((0L, 0.0), await NumbersAsync(broker, "g"));

        await CommitAsync(broker, "g", -5);
        Assert.Equal((null, null), await NumbersAsync(broker, "g"));
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(3_600_000, 0.0)]
    public async Task A_record_without_a_time_has_no_age_and_one_of_the_future_age_zero(int offMs, double? expected)
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        var timeMs = offMs < 0 ? -1 : broker.Time.NowMs + offMs;
        var result = await partition.ProduceAsync(Batches.Produce(-1, timeMs, RecordBatchOptions.Default, "a"));
        Assert.Equal(ErrorCode.None, result.Error);
        await CommitAsync(broker, "g", 0);

        Assert.Equal((1L, expected), await NumbersAsync(broker, "g"));
    }

    [Fact]
    public async Task A_deleted_topic_leaves_nothing_behind_in_the_groups_lag()
    {
        await using var broker = await StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync(), "a");
        await CommitAsync(broker, "g", 0);

        await broker.Node.Topics.DeleteAsync(
            [new Admin.TopicRef("events", Guid.Empty)], TestContext.Current.CancellationToken);

        await broker.RepeatedAsync(
            () => broker.Node.Lag.DescribeAsync("g"),
            static group => group.Error == ErrorCode.None ? ErrorCode.CoordinatorNotAvailable : group.Error);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await broker.Node.Lag.DescribeAsync("g")).Error);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_not_found()
    {
        await using var broker = await StartedAsync();

        Assert.Equal(ErrorCode.GroupIdNotFound, (await broker.Node.Lag.DescribeAsync("nobody")).Error);
        Assert.Empty((await broker.Node.Lag.ListAsync()).Groups);
    }

    [Fact]
    public async Task All_groups_are_listed_in_order_with_sums_and_the_oldest_age()
    {
        await using var broker = await StartedAsync();
        var orders = await broker.CreateTopicAsync("orders");
        var events = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(orders, "a", "b");
        broker.Time.Advance(TimeSpan.FromSeconds(5));
        await broker.MustProduceAsync(events, "c");
        await CommitAsync(broker, "b", 0, "orders");
        await CommitAsync(broker, "b", 0);
        await CommitAsync(broker, "a", 1);

        var listed = await broker.Node.Lag.ListAsync();

        Assert.Equal(["a", "b"], listed.Groups.Select(group => group.Group.GroupId));
        Assert.Equal((0L, 0.0), (listed.Groups[0].Records, listed.Groups[0].Seconds));
        Assert.Equal((3L, 5.0), (listed.Groups[1].Records, listed.Groups[1].Seconds));
        Assert.Equal(
            [new TopicLag("events", 1, 0), new TopicLag("orders", 2, 5)], listed.Groups[1].Topics);
        Assert.Equal("Empty", listed.Groups[1].Group.State);
    }

    [Fact]
    public async Task Metrics_show_the_lag_of_groups_and_beyond_the_limit_of_the_others_together()
    {
        await using var broker = await StartedAsync(("metrics.groups.max", "2"));
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a", "b", "c");
        foreach (var (group, offset) in new[] { ("g1", 0), ("g2", 1), ("g3", 2), ("g4", 0) })
        {
            await CommitAsync(broker, group, offset);
        }

        broker.Time.Advance(TimeSpan.FromSeconds(7));
        await broker.Node.Lag.Sample.RefreshAsync();

        var read = Read(broker.Node);
        Assert.Equal(3, read["actorbroker.broker.group.lag g1 events"]);
        Assert.Equal(2, read["actorbroker.broker.group.lag g2 events"]);
        Assert.Equal(4, read["actorbroker.broker.group.lag (others) (others)"]);
        Assert.Equal(7, read["actorbroker.broker.group.lag.time g1 events"]);
        Assert.Equal(7, read["actorbroker.broker.group.lag.time (others) (others)"]);
        Assert.Equal(0, read["actorbroker.broker.group.members g1"]);
        Assert.Equal(0, read["actorbroker.broker.group.members (others)"]);
        Assert.Equal(4, read["actorbroker.broker.groups Empty"]);
        Assert.Equal(4, read["actorbroker.broker.group.offsets.committed"]);
        Assert.DoesNotContain(read.Keys, name => name.Contains(" g3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_time_of_a_record_is_looked_up_once_in_a_while_and_within_the_budget()
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");
        var producedMs = broker.Time.NowMs;
        var times = new RecordTimes(10, broker.Time);

        Assert.Null(times.Find(partition, 0, new ReadBudget(0)));
        Assert.Equal(producedMs, times.Find(partition, 0, new ReadBudget(1)));
        Assert.Equal(producedMs, times.Find(partition, 0, new ReadBudget(0)));
        broker.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(times.Find(partition, 0, new ReadBudget(0)));

        Assert.Null(times.Find(partition, 1, new ReadBudget(1)));
        await broker.MustProduceAsync(partition, "b");
        Assert.Null(times.Find(partition, 1, new ReadBudget(1)));
        broker.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(times.Find(partition, 1, new ReadBudget(1)));
    }

    [Fact]
    public async Task A_sample_is_taken_anew_once_it_is_a_second_old()
    {
        await using var broker = await StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a", "b", "c");
        await CommitAsync(broker, "g", 0);
        var sample = broker.Node.Lag.Sample;
        await sample.RefreshAsync();
        Assert.Equal(3, Assert.Single(sample.Latest!.Groups).Records);

        await CommitAsync(broker, "g", 2);
        await sample.RefreshAsync();
        Assert.Equal(3, Assert.Single(sample.Latest!.Groups).Records);

        broker.Time.Advance(TimeSpan.FromSeconds(1));
        await sample.RefreshAsync();
        Assert.Equal(1, Assert.Single(sample.Latest!.Groups).Records);
    }

    private static async Task<TestBroker> StartedAsync(params (string, string)[] settings)
    {
        var broker = await TestBroker.StartedAsync([OneShard, .. settings]);
        await broker.FindAsync("g");

        // The coordinator has read its log from here on, so nothing has to be repeated and no time passes by itself.
        await broker.CommittedAsync("g");
        return broker;
    }

    private static async Task CommitAsync(TestBroker broker, string group, long offset, string topic = "events")
    {
        var command = new CommitCommand(
            group, new MemberName("", null), -1, IsModern: false, RetentionMs: -1,
            [new OffsetToCommit(new TopicPartition(topic, 0), offset, -1, null)]);
        Assert.Equal(ErrorCode.None, Assert.Single(await broker.Node.Groups.CommitAsync(command)));
    }

    private static async Task<PartitionLag> LagAsync(TestBroker broker, string group)
    {
        var description = await broker.Node.Lag.DescribeAsync(group);
        Assert.Equal(ErrorCode.None, description.Error);
        return Assert.Single(description.Partitions);
    }

    private static async Task<(long? Records, double? Seconds)> NumbersAsync(TestBroker broker, string group)
    {
        var lag = await LagAsync(broker, group);
        return (lag.Records, lag.Seconds);
    }

    private static Dictionary<string, double> Read(BrokerNode node)
    {
        var read = new Dictionary<string, double>();
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
            read[Name(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            read[Name(instrument, tags)] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }

    private static string Name(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var tag in tags)
        {
            name += $" {tag.Value}";
        }

        return name;
    }
}
