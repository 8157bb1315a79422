using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests;

public sealed class PartitionFaultTests
{
    [Fact]
    public async Task A_full_disk_fails_produces_only_and_the_partition_works_again_when_there_is_room()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "before");
        broker.Disk.FreeBytes = 0;

        var refused = await broker.ProduceAsync(partition, -1, "lost");
        await Until.TrueAsync(() => partition.IsLeader);

        Assert.Equal(ErrorCode.KafkaStorageError, refused.Error);
        Assert.Equal(["before"], partition.ReadAll());
        broker.Disk.FreeBytes = null;
        await ProduceAgainAsync(broker, partition, "after");
        Assert.Equal(["before", "after"], partition.ReadAll());
    }

    [Fact]
    public async Task A_partition_that_cannot_be_written_leaves_the_others_alone()
    {
        await using var broker = await TestBroker.StartedAsync();
        var sick = await broker.CreateTopicAsync("sick");
        var well = await broker.CreateTopicAsync("well");
        broker.Disk.FailWrite();

        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync(sick, 1, "a")).Error);

        Assert.Equal(0, await broker.MustProduceAsync(well, "b"));
        await ProduceAgainAsync(broker, sick, "c");
        Assert.Equal(["c"], sick.ReadAll());
    }

    [Fact]
    public async Task Every_batch_of_a_failed_gather_is_refused_and_none_is_stored()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        using var held = new ManualResetEventSlim();
        var holding = partition.Actor.AskAsync(_ => held.Wait(TimeSpan.FromMinutes(1)));
        var answers = Enumerable.Range(0, 20)
            .Select(number => broker.ProduceAsync(partition, (short)(number % 3 - 1), $"v{number}").AsTask()).ToArray();
        broker.Disk.FailWrite(prefix: 100);
        held.Set();

        var results = await Task.WhenAll(answers);

        Assert.True(await holding);
        Assert.All(results, result => Assert.Equal(ErrorCode.KafkaStorageError, result.Error));
        await ProduceAgainAsync(broker, partition, "next");
        Assert.Equal(["next"], partition.ReadAll());
    }

    [Fact]
    public async Task A_command_behind_a_failed_write_still_runs()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        using var held = new ManualResetEventSlim();
        var holding = partition.Actor.AskAsync(_ => held.Wait(TimeSpan.FromMinutes(1)));
        var refused = broker.ProduceAsync(partition, 1, "lost").AsTask();
        var command = partition.Actor.AskAsync(static _ => 7);
        broker.Disk.FailWrite();
        held.Set();

        Assert.Equal(ErrorCode.KafkaStorageError, (await refused).Error);
        Assert.True(await holding);
        Assert.Equal(7, await command);
    }

    [Fact]
    public async Task What_rests_on_a_refused_batch_is_refused_too()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        var incarnation = partition.Incarnation;
        var producer = RecordBatchOptions.Default with { ProducerId = 5, ProducerEpoch = 1, BaseSequence = 0 };

        Assert.Equal(ErrorCode.None, await AppendAsync(producer, "first"));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await AppendAsync(producer with { ProducerEpoch = 0 }, "second"));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, await AppendAsync(RecordBatchOptions.Default, "third"));
        incarnation = partition.Incarnation;
        Assert.Equal(ErrorCode.None, await AppendAsync(RecordBatchOptions.Default, "anew"));

        Assert.Equal(["first", "anew"], partition.ReadAll());

        async Task<ErrorCode> AppendAsync(RecordBatchOptions options, string value)
        {
            var command = Batches.Produce(-1, broker.Time.NowMs, options, value) with { Incarnation = incarnation };
            return (await partition.ProduceAsync(command)).Error;
        }
    }

    [Fact]
    public async Task Repeated_failures_are_tried_again_after_growing_pauses()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");
        broker.Disk.FreeBytes = 0;
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync(partition, 1, "a")).Error);
        await Until.TrueAsync(() => partition.IsLeader);
        var writes = broker.Disk.Writes;

        for (var number = 0; number < 50; number++)
        {
            Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync(partition, 1, "a")).Error);
        }

        Assert.Equal(writes, broker.Disk.Writes);
        broker.Disk.FreeBytes = null;
        await ProduceAgainAsync(broker, partition, "b");
    }

    [Fact]
    public async Task A_partition_that_cannot_be_opened_is_offline_until_it_can_and_the_others_go_on()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync("sick"), "a");
        await broker.MustProduceAsync(await broker.CreateTopicAsync("well"), "b");
        await broker.Node.StopAsync(TestContext.Current.CancellationToken);
        var disk = new SelectiveDisk(broker.Disk) { Broken = "sick-0/0" };
        broker.Files = disk;

        await broker.StartAsync();
        var sick = broker.Find("sick");

        Assert.False(sick.IsLeader);
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync(sick, 1, "x")).Error);
        Assert.Equal(
            ErrorCode.KafkaStorageError,
            sick.Fetch(new FetchQuery(0, 100, true, IsolationLevel.ReadUncommitted)).Error);
        Assert.Equal(["b"], broker.Find("well").ReadAll());
        disk.Broken = null;
        await Until.TrueAsync(() => sick.IsLeader, broker.Time);
        Assert.Equal(["a"], sick.ReadAll());
    }

    [Fact]
    public async Task A_repeat_after_a_failed_write_is_not_taken_for_a_duplicate()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        broker.Disk.FailWrite();
        Assert.Equal(ErrorCode.KafkaStorageError, (await partition.ProduceAsync(Idempotent(broker))).Error);
        await Until.TrueAsync(() => partition.IsLeader);
        broker.Time.Advance(TimeSpan.FromSeconds(1));

        var again = await partition.ProduceAsync(Idempotent(broker));

        Assert.Equal((ErrorCode.None, 0), (again.Error, again.BaseOffset));
        Assert.Equal(["a"], partition.ReadAll());
    }

    [Fact]
    public async Task A_failed_fsync_is_told_and_what_it_covered_is_written_anew()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("flush.messages", "1"));
        await broker.MustProduceAsync(partition, "safe");
        broker.Disk.FailSync();

        var refused = await partition.ProduceAsync(Idempotent(broker));
        await Until.TrueAsync(() => partition.IsLeader);
        Assert.Equal(ErrorCode.KafkaStorageError, refused.Error);
        Assert.Equal(["safe"], partition.ReadAll());
        broker.Time.Advance(TimeSpan.FromSeconds(1));
        var again = await partition.ProduceAsync(Idempotent(broker));

        Assert.Equal((ErrorCode.None, 1), (again.Error, again.BaseOffset));
        await broker.LosePowerAsync();
        Assert.Equal(["safe", "a"], broker.Find().ReadAll());
    }

    [Fact]
    public async Task With_flush_messages_1_what_was_acknowledged_survives_a_power_loss()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("flush.messages", "1"));
        for (var number = 0; number < 50; number++)
        {
            await broker.MustProduceAsync(partition, $"v{number}");
        }

        await broker.LosePowerAsync();

        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"v{number}"), broker.Find().ReadAll());
    }

    [Fact]
    public async Task Concurrent_produces_share_their_fsyncs()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("flush.messages", "1"));
        using var held = new ManualResetEventSlim();
        var holding = partition.Actor.AskAsync(_ => held.Wait(TimeSpan.FromMinutes(1)));
        var answers = Enumerable.Range(0, 200)
            .Select(number => broker.ProduceAsync(partition, -1, $"v{number}").AsTask()).ToArray();
        var before = broker.Disk.Syncs;
        held.Set();

        await Task.WhenAll(answers);

        Assert.True(await holding);
        Assert.InRange(broker.Disk.Syncs - before, 1, 10);
        Assert.Equal(200, partition.HighWatermark);
    }

    [Fact]
    public async Task Acks_all_gives_up_after_its_time_out_and_the_record_is_committed_all_the_same()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync("events", ("flush.messages", "1"));
        using var slow = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var disk = Task.Run(() =>
        {
            lock (partition.Actor.Replica!.Flushing)
            {
                began.Set();
                return slow.Wait(TimeSpan.FromMinutes(1));
            }
        });
        began.Wait(TestContext.Current.CancellationToken);
        var answer = broker.ProduceAsync(partition, -1, "a").AsTask();
        await Until.TrueAsync(() => partition.LogEndOffset == 1);
        await partition.Actor.AskAsync(static _ => true);
        Assert.Equal(0, partition.HighWatermark);
        Assert.Empty(partition.ReadAll());

        broker.Time.Advance(TimeSpan.FromSeconds(29));
        await partition.Actor.AskAsync(static _ => true);
        Assert.False(answer.IsCompleted);
        broker.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCode.RequestTimedOut, (await answer).Error);
        slow.Set();
        Assert.True(await disk);
        await Until.TrueAsync(() => partition.HighWatermark == 1);
        Assert.Equal(["a"], partition.ReadAll());
    }

    [Fact]
    public async Task Flush_ms_flushes_after_its_time_and_an_idle_partition_has_no_timer()
    {
        await using var broker = await TestBroker.StartedAsync();
        var timers = broker.Time.ArmedTimers;
        var partition = await broker.CreateTopicAsync("events", ("flush.ms", "500"));
        Assert.Equal(timers, broker.Time.ArmedTimers);
        await broker.MustProduceAsync(partition, "a");
        var log = partition.Actor.Replica!.Log;
        await partition.Actor.AskAsync(static _ => true);
        Assert.Equal(0, log.RecoveryPoint);
        Assert.Equal(timers + 1, broker.Time.ArmedTimers);

        broker.Time.Advance(TimeSpan.FromMilliseconds(500));
        await Until.TrueAsync(() => log.RecoveryPoint == 1);

        await partition.Actor.AskAsync(static _ => true);
        Assert.Equal(timers, broker.Time.ArmedTimers);
    }

    [Fact]
    public async Task A_kill_loses_nothing_that_was_acknowledged_and_begins_a_new_leader_epoch()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a", "b");
        Assert.Equal(0, partition.LeaderEpoch);

        await broker.KillAsync();
        partition = broker.Find();

        Assert.Equal(1, partition.LeaderEpoch);
        Assert.Equal(["a", "b"], partition.ReadAll());
        Assert.Equal(2, await broker.MustProduceAsync(partition, "c"));
        Assert.Equal(new EpochEndOffset(ErrorCode.None, 0, 2), partition.OffsetForLeaderEpoch(-1, 0));
        Assert.Equal(new EpochEndOffset(ErrorCode.None, 1, 3), partition.OffsetForLeaderEpoch(1, 1));
    }

    [Fact]
    public async Task A_clean_restart_keeps_the_leader_epoch_and_checks_nothing()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync(), "a");

        await broker.RestartAsync();

        Assert.Equal(0, broker.Find().LeaderEpoch);
        Assert.Equal(["a"], broker.Find().ReadAll());
    }

    [Fact]
    public async Task A_graceful_stop_under_load_loses_nothing_that_was_acknowledged()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        var acknowledged = new List<string>();
        var loading = Task.Run(async () =>
        {
            for (var number = 0; ; number++)
            {
                var result = await broker.ProduceAsync(partition, 1, $"v{number}");
                if (result.Error != ErrorCode.None)
                {
                    return result.Error;
                }

                acknowledged.Add($"v{number}");
            }
        });
        await Until.TrueAsync(() => partition.LogEndOffset > 50);

        await broker.Node.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ErrorCode.NotLeaderOrFollower, await loading);
        await broker.StartAsync();
        Assert.Equal(acknowledged, broker.Find().ReadAll());
    }

    private static ProduceCommand Idempotent(TestBroker broker) => Batches.Produce(
        -1, broker.Time.NowMs, new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0, BaseSequence = 0 }, "a");

    /// <summary>As a client does: again after a while, until it is taken.</summary>
    private static async Task ProduceAgainAsync(TestBroker broker, Partition partition, string value)
    {
        for (var tries = 0; ; tries++)
        {
            await Until.TrueAsync(() => partition.IsLeader);
            broker.Time.Advance(TimeSpan.FromSeconds(1));
            if ((await broker.ProduceAsync(partition, -1, value)).Error == ErrorCode.None)
            {
                return;
            }

            Assert.InRange(tries, 0, 20);
        }
    }
}
