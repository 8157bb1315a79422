using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests;

public sealed class PartitionReadTests
{
    [Fact]
    public async Task A_fetch_outside_of_the_log_is_out_of_range()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a", "b");
        await partition.DeleteRecordsAsync(1);

        Assert.Equal((ErrorCode.OffsetOutOfRange, -1), Fetch(partition, 0));
        Assert.Equal((ErrorCode.None, 2), Fetch(partition, 1));
        Assert.Equal((ErrorCode.None, 2), Fetch(partition, 2));
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1), Fetch(partition, 3));

        static (ErrorCode, long) Fetch(Partition partition, long offset)
        {
            using var result = partition.Fetch(new FetchQuery(offset, 1000, true, IsolationLevel.ReadCommitted));
            return (result.Error, result.HighWatermark);
        }
    }

    [Fact]
    public async Task A_client_with_another_leader_epoch_is_told_so()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.CreateTopicAsync();
        await broker.KillAsync();
        var partition = broker.Find();
        Assert.Equal(1, partition.LeaderEpoch);

        Assert.Equal(ErrorCode.FencedLeaderEpoch, Fetch(0));
        Assert.Equal(ErrorCode.None, Fetch(1));
        Assert.Equal(ErrorCode.None, Fetch(-1));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, Fetch(2));
        Assert.Equal(
            ErrorCode.FencedLeaderEpoch, partition.FindOffset(-1, IsolationLevel.ReadUncommitted, 0, false).Error);
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, partition.OffsetForLeaderEpoch(2, 0).Error);

        ErrorCode Fetch(int epoch) =>
            partition.Fetch(new FetchQuery(0, 1000, true, IsolationLevel.ReadUncommitted, epoch)).Error;
    }

    [Fact]
    public async Task A_client_whose_history_parts_from_the_log_learns_where()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync(), "a", "b");
        await broker.KillAsync();
        var partition = broker.Find();
        await broker.MustProduceAsync(partition, "c");

        Assert.Equal(new EpochEndOffset(ErrorCode.None, 0, 2), Fetch(3, 0));
        Assert.Null(Fetch(2, 0));
        Assert.Null(Fetch(3, 1));

        EpochEndOffset? Fetch(long offset, int lastEpoch)
        {
            using var result = partition.Fetch(
                new FetchQuery(offset, 1000, true, IsolationLevel.ReadUncommitted, -1, lastEpoch));
            Assert.Equal(ErrorCode.None, result.Error);
            return result.Diverging;
        }
    }

    [Fact]
    public async Task Offsets_are_found_by_time_and_by_the_special_timestamps()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        foreach (var time in new long[] { 100, 300, 200 })
        {
            await partition.ProduceAsync(Batches.Produce(1, time, RecordBatchOptions.Default, "v"));
        }

        Assert.Equal(new OffsetLookup(ErrorCode.None, -1, 3, 0), Find(-1));
        Assert.Equal(new OffsetLookup(ErrorCode.None, -1, 0, 0), Find(-2));
        Assert.Equal(new OffsetLookup(ErrorCode.None, 300, 1, 0), Find(-3));
        Assert.Equal(new OffsetLookup(ErrorCode.None, -1, 0, 0), Find(-4));
        Assert.Equal(new OffsetLookup(ErrorCode.None), Find(-5));
        Assert.Equal(ErrorCode.UnsupportedVersion, Find(-6).Error);
        Assert.Equal(new OffsetLookup(ErrorCode.None, 300, 1, 0), Find(101));
        Assert.Equal(new OffsetLookup(ErrorCode.None), Find(301));

        OffsetLookup Find(long timestamp) => partition.FindOffset(timestamp, IsolationLevel.ReadUncommitted, -1, false);
    }

    [Fact]
    public async Task A_watcher_hears_of_new_records_and_of_a_moved_start_until_it_is_removed()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        var watcher = new Counter();
        partition.AddWatcher(watcher);

        await broker.MustProduceAsync(partition, "a");
        await partition.Actor.AskAsync(static _ => true);
        Assert.Equal(1, watcher.Count);
        await partition.DeleteRecordsAsync(-1);
        Assert.Equal(2, watcher.Count);
        partition.RemoveWatcher(watcher);
        await broker.MustProduceAsync(partition, "b");
        await partition.Actor.AskAsync(static _ => true);

        Assert.Equal(2, watcher.Count);
    }

    [Fact]
    public async Task Deleted_records_stay_deleted_after_a_restart()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");
        await broker.MustProduceAsync(partition, "b");

        Assert.Equal(new DeleteRecordsResult(ErrorCode.None, 1), await partition.DeleteRecordsAsync(1));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await partition.DeleteRecordsAsync(3)).Error);
        Assert.Equal(new DeleteRecordsResult(ErrorCode.None, 1), await partition.DeleteRecordsAsync(0));

        await broker.RestartAsync();
        Assert.Equal(1, broker.Find().LogStartOffset);
        Assert.Equal(["b"], broker.Find().ReadAll(1));
    }

    [Fact]
    public async Task Records_of_a_compacted_only_topic_cannot_be_deleted()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("cleanup.policy", "compact"));

        Assert.Equal(ErrorCode.PolicyViolation, (await partition.DeleteRecordsAsync(-1)).Error);
    }

    [Fact]
    public async Task Producers_are_described()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await partition.ProduceAsync(Batches.Produce(
            1, 50, new RecordBatchOptions { ProducerId = 9, ProducerEpoch = 2, BaseSequence = 0 }, "a", "b"));

        var producer = Assert.Single(await partition.DescribeProducersAsync());

        Assert.Equal((9L, (short)2), (producer.ProducerId, producer.Epoch));
        Assert.Equal((1, 50L), (producer.LastSequence, producer.LastTimestampMs));
    }

    private sealed class Counter : FetchWatcher
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override void Signal() => Interlocked.Increment(ref _count);
    }
}
