using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests;

public sealed class HousekeepingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_records_go_and_newer_ones_stay()
    {
        // The broker's own checks are far away: the test does them itself.
        await using var broker = await TestBroker.StartedAsync(("log.retention.check.interval.ms", "1000000000"));
        var partition = await broker.CreateTopicAsync("events", ("retention.ms", "3600000"), ("segment.ms", "1000"));
        await broker.MustProduceAsync(partition, "old");
        broker.Time.Advance(TimeSpan.FromMinutes(30));
        await broker.MustProduceAsync(partition, "new");

        broker.Time.Advance(TimeSpan.FromMinutes(31));
        await broker.Node.Housekeeping.RetainAsync(Cancel);
        Assert.Equal(1, partition.LogStartOffset);
        Assert.Equal(["new"], partition.ReadAll(1));

        broker.Time.Advance(TimeSpan.FromMinutes(31));
        await broker.Node.Housekeeping.RetainAsync(Cancel);
        Assert.Equal(2, partition.LogStartOffset);
        Assert.Equal(2, await broker.MustProduceAsync(partition, "later"));
    }

    [Fact]
    public async Task The_check_for_old_records_comes_round_by_itself()
    {
        await using var broker = await TestBroker.StartedAsync(("log.retention.check.interval.ms", "60000"));
        var partition = await broker.CreateTopicAsync("events", ("retention.ms", "1000"));

        for (var round = 1; round <= 3; round++)
        {
            await broker.MustProduceAsync(partition, "old");
            await Until.TrueAsync(() =>
            {
                // A round that is still under way is armed again only when it has ended.
                broker.Time.Advance(TimeSpan.FromMinutes(1));
                return partition.LogStartOffset == round;
            });
        }
    }

    [Fact]
    public async Task A_waiting_fetch_hears_of_removed_records()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("retention.ms", "1000"));
        await broker.MustProduceAsync(partition, "old");
        broker.Time.Advance(TimeSpan.FromSeconds(5));

        await broker.Node.Housekeeping.RetainAsync(Cancel);

        Assert.Equal(1, partition.LogStartOffset);
        Assert.Equal(1, partition.HighWatermark);
    }

    [Fact]
    public async Task A_compacted_log_keeps_the_last_record_of_each_key_and_restarts_after_the_clean_part()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync(
            "events", ("cleanup.policy", "compact"), ("segment.ms", "1000"), ("min.cleanable.dirty.ratio", "0.01"));
        for (var number = 0; number < 5; number++)
        {
            await broker.MustProduceAsync(partition, $"v{number}");
            broker.Time.Advance(TimeSpan.FromSeconds(2));
        }

        await Until.TrueAsync(() => partition.Actor.Replica!.Log.RecoveryPoint >= 4);
        await broker.Node.Housekeeping.CleanAsync(Cancel);

        Assert.Equal(["v3", "v4"], partition.ReadAll());
        await broker.KillAsync();
        Assert.Equal(["v3", "v4"], broker.Find().ReadAll());
        Assert.True(broker.Find().Actor.Replica!.Log.FirstDirtyOffset >= 4);
        Assert.Equal(5, await broker.MustProduceAsync(broker.Find(), "v5"));
    }

    [Fact]
    public async Task Silent_producers_are_forgotten()
    {
        await using var broker = await TestBroker.StartedAsync(("producer.id.expiration.ms", "1000"));
        var partition = await broker.CreateTopicAsync();
        await partition.ProduceAsync(Batches.Produce(
            1, broker.Time.NowMs, new RecordBatchOptions { ProducerId = 9, ProducerEpoch = 0, BaseSequence = 0 }, "a"));
        Assert.Single(await partition.DescribeProducersAsync());

        broker.Time.Advance(TimeSpan.FromSeconds(2));
        await broker.Node.Housekeeping.ExpireProducersAsync(Cancel);

        Assert.Empty(await partition.DescribeProducersAsync());
    }

    [Fact]
    public async Task Checkpoints_follow_the_logs()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");
        await partition.Actor.FlushAsync();
        await partition.DeleteRecordsAsync(1);

        broker.Time.Advance(TimeSpan.FromMinutes(2));
        var directory = partition.Actor.Context.Directory;
        await Until.TrueAsync(() => Has(directory.RecoveryPoints) && Has(directory.HighWatermarks) &&
            Has(directory.LogStartOffsets));
        await broker.KillAsync();

        Assert.Equal(1, broker.Find().LogStartOffset);

        static bool Has(IReadOnlyDictionary<TopicPartition, long> offsets) =>
            offsets.GetValueOrDefault(new TopicPartition("events", 0)) == 1;
    }

    [Fact]
    public async Task A_finished_segment_is_flushed_whatever_the_settings()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("segment.ms", "1000"));
        await broker.MustProduceAsync(partition, "a");
        Assert.Equal(0, partition.Actor.Replica!.Log.RecoveryPoint);
        broker.Time.Advance(TimeSpan.FromSeconds(2));

        await broker.MustProduceAsync(partition, "b");

        await Until.TrueAsync(() => partition.Actor.Replica!.Log.RecoveryPoint >= 1);
    }
}
