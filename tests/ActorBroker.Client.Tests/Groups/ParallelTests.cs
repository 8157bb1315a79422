using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>Many records at a time: order, commits, rebalances and ends.</summary>
public sealed class ParallelTests : GroupTest
{
    [Fact]
    public async Task Records_of_a_partition_are_processed_in_order_and_partitions_at_the_same_time()
    {
        AppendNumbers(0, 200);
        AppendNumbers(1, 200);
        var seen = new ConcurrentQueue<(int Partition, long Offset)>();
        var both = new CountdownEvent(2);
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            async (record, token) =>
            {
                if (record.Offset == 0)
                {
                    // Each partition's first record waits for the other's.
                    both.Signal();
                    await Task.Run(() => both.Wait(token), token);
                }

                seen.Enqueue((record.Partition, record.Offset));
            },
            new ParallelConsumeOptions { Degree = 4 },
            stop.Token);
        await WaitForAsync(() => seen.Count == 400);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        foreach (var partition in new[] { 0, 1 })
        {
            Assert.Equal(
                Enumerable.Range(0, 200).Select(each => (long)each),
                seen.Where(each => each.Partition == partition).Select(each => each.Offset));
            Assert.Equal(200, Group.Committed[partition]);
        }
    }

    [Fact]
    public async Task Records_of_a_key_are_in_order_and_only_what_is_done_without_a_gap_is_committed()
    {
        Group.Gives = [0];
        AppendKeys("slow", "fast", "fast", "fast", null, null);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new ConcurrentQueue<string>();
        using var stop = NewStop();
        await using var client = Cluster.NewClient();
        await using var consumer = client.CreateConsumer(
            Deserializers.ByteArray, Deserializers.Int32, Options with
            {
                AutoCommitInterval = TimeSpan.FromMilliseconds(5),
            });
        consumer.Subscribe([LogCluster.Topic]);
        var running = consumer.ConsumeParallelAsync(
            async (record, _) =>
            {
                if (record.Key is { } key && Encoding.UTF8.GetString(key) == "slow")
                {
                    await release.Task;
                }

                seen.Enqueue($"{(record.Key is null ? "-" : Encoding.UTF8.GetString(record.Key))}{record.Value}");
            },
            new ParallelConsumeOptions { Degree = 3, Order = ProcessingOrder.Key },
            stop.Token);
        await WaitForAsync(() => seen.Count == 5);
        Assert.Equal(["fast1", "fast2", "fast3"], seen.Where(each => each[0] == 'f'));
        Assert.Equal(["-4", "-5"], seen.Where(each => each[0] == '-').Order());
        Assert.Empty(Group.Commits);
        release.SetResult();
        await WaitForAsync(() => Group.Committed.GetValueOrDefault(0) == 6);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_failure_surfaces_and_its_record_is_read_again()
    {
        Group.Gives = [0];
        AppendNumbers(0, 10);
        var consumer = NewMember();
        var failure = await Assert.ThrowsAsync<FormatException>(() => consumer.ConsumeParallelAsync(
            (record, _) => record.Offset == 4 ? throw new FormatException("bad") : ValueTask.CompletedTask,
            cancel: Cancel));
        Assert.Equal("bad", failure.Message);
        Assert.Equal(4, Group.Committed[0]);
        Assert.Equal("0@4:4", Assert.Single(await TakeAsync(consumer, 1)));
    }

    [Fact]
    public async Task A_rebalance_waits_for_what_runs_and_drops_what_waits()
    {
        Group.Gives = [0];
        AppendNumbers(0, 10);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var processed = new ConcurrentQueue<long>();
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            async (record, _) =>
            {
                started.TrySetResult();
                await release.Task;
                processed.Enqueue(record.Offset);
            },
            new ParallelConsumeOptions { MaxInFlight = 5 },
            stop.Token);
        await WaitForAsync(() => Log.Events.Count == 1 && consumer.GetPosition(Partition(0)) == 5);
        await started.Task;
        Group.Rebalance(1);
        var beats = Cluster.Brokers[0].CountOf(ActorBroker.Protocol.ApiKey.Heartbeat);
        await WaitForAsync(() => Cluster.Brokers[0].CountOf(ActorBroker.Protocol.ApiKey.Heartbeat) > beats + 2);
        Assert.Equal(1, Group.Generation);
        release.SetResult();
        await WaitForAsync(() => Log.Events.Count == 3);
        Assert.Equal(["assigned 0", "revoked 0", "assigned 1"], Log.Events);
        Assert.Equal([0L], processed);
        Assert.Equal(1, Group.Committed[0]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_rebalance_waits_no_longer_than_it_is_told()
    {
        Group.Gives = [0];
        AppendNumbers(0, 3);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            async (_, _) => await release.Task,
            new ParallelConsumeOptions { DrainTimeout = TimeSpan.FromMilliseconds(20) },
            stop.Token);
        await WaitForAsync(() => consumer.GetPosition(Partition(0)) == 3);
        Group.Rebalance(1);
        await WaitForAsync(() => Log.Events.Count == 3);
        release.SetResult();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(Group.Committed.ContainsKey(0));
    }

    [Fact]
    public async Task What_was_not_processed_in_the_end_is_read_again()
    {
        Group.Gives = [0];
        AppendNumbers(0, 10);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            async (record, token) =>
            {
                if (record.Offset == 3)
                {
                    begun.SetResult();
                    await Task.Delay(Timeout.Infinite, token);
                }
            },
            new ParallelConsumeOptions { DrainTimeout = TimeSpan.FromMilliseconds(20) },
            stop.Token);
        await begun.Task;
        await WaitForAsync(() => consumer.GetPosition(Partition(0)) == 10);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(3, Group.Committed[0]);
        Assert.Equal(["0@3:3", "0@4:4"], await TakeAsync(consumer, 2));
    }

    [Fact]
    public async Task Nothing_is_taken_beside_the_handler_that_gives_partitions_up_and_nothing_skipped_is_committed()
    {
        Group.Gives = [0];
        AppendNumbers(0, 20);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var processed = new ConcurrentQueue<long>();
        var consumer = NewMember(handlers: new RebalanceHandlers
        {
            Revoked = async (_, token) =>
            {
                // There is room now, and the reader was never told to stop.
                AppendNumbers(0, 5);
                for (var tries = 0; processed.Count < 2 && tries < 100; tries++)
                {
                    await Task.Delay(1, token);
                }
            },
        });
        var running = consumer.ConsumeParallelAsync(
            async (record, _) =>
            {
                started.TrySetResult();
                await release.Task;
                processed.Enqueue(record.Offset);
            },
            new ParallelConsumeOptions { MaxInFlight = 5 },
            Cancel);
        await started.Task;
        await WaitForAsync(() => consumer.GetPosition(Partition(0)) == 5);
        var closing = consumer.DisposeAsync();
        release.SetResult();
        await closing;
        await running;
        Assert.Equal(processed.Count, Group.Committed[0]);
        Assert.Equal(Enumerable.Range(0, processed.Count).Select(each => (long)each), processed);
        Assert.NotEmpty(processed);
    }

    [Fact]
    public async Task A_partition_rests_before_a_record_that_is_to_be_tried_later_and_the_others_go_on()
    {
        AppendNumbers(0, 50);
        AppendNumbers(1, 50);
        var seen = new ConcurrentQueue<(int Partition, long Offset)>();
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            (record, _) =>
            {
                seen.Enqueue((record.Partition, record.Offset));
                return record is { Partition: 1, Offset: 7 }
                    ? throw new RetryLaterException(TimeSpan.FromHours(1))
                    : ValueTask.CompletedTask;
            },
            new ParallelConsumeOptions { MaxInFlight = 5 },
            stop.Token);
        await WaitForAsync(() => seen.Count == 58);
        AppendNumbers(1, 50);
        AppendNumbers(0, 50);
        await WaitForAsync(() => seen.Count == 108 && consumer.GetPosition(Partition(1)) == 7);
        Assert.Empty(consumer.Paused);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal((100, 7), (Group.Committed[0], Group.Committed[1]));
        Assert.Equal(
            Enumerable.Range(0, 8).Select(each => (long)each),
            seen.Where(each => each.Partition == 1).Select(each => each.Offset));
        Assert.Equal("1@7:7", Assert.Single(await TakeAsync(consumer, 1)));
    }

    [Fact]
    public async Task A_record_comes_again_after_its_pause_before_the_ones_behind_it()
    {
        Group.Gives = [0];
        AppendNumbers(0, 50);
        var failures = 0;
        var seen = new ConcurrentQueue<long>();
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            (record, _) =>
            {
                seen.Enqueue(record.Offset);
                return record.Offset == 3 && failures++ < 3
                    ? throw new RetryLaterException(TimeSpan.FromMilliseconds(1))
                    : ValueTask.CompletedTask;
            },
            new ParallelConsumeOptions { Degree = 4 },
            stop.Token);
        await WaitForAsync(() => seen.Contains(49));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([0, 1, 2, 3, 3, 3, .. Enumerable.Range(3, 47).Select(each => (long)each)], seen);
        Assert.Equal(50, Group.Committed[0]);
    }

    [Fact]
    public async Task A_partition_goes_back_when_the_other_keys_that_run_are_done_and_not_before()
    {
        Group.Gives = [0];
        AppendKeys("slow", "bad", "bad");
        var (isHeld, release, failed) =
            (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var seen = new ConcurrentQueue<int>();
        using var stop = NewStop();
        await using var client = Cluster.NewClient();
        await using var consumer = client.CreateConsumer(Deserializers.Utf8, Deserializers.Int32, Options);
        consumer.Subscribe([LogCluster.Topic]);
        var running = consumer.ConsumeParallelAsync(
            async (record, token) =>
            {
                seen.Enqueue(record.Value);
                if (record.Value == 0)
                {
                    isHeld.SetResult();
                    await release.Task.WaitAsync(token);
                }
                else if (record.Value == 1)
                {
                    // What has not begun when a record fails is dropped, and read again.
                    await isHeld.Task.WaitAsync(token);
                    if (failed.TrySetResult())
                    {
                        throw new RetryLaterException(TimeSpan.Zero);
                    }
                }
            },
            new ParallelConsumeOptions { Degree = 3, Order = ProcessingOrder.Key },
            stop.Token);
        await failed.Task;
        await WaitForAsync(() => consumer.GetPosition(Partition(0)) == 3);
        Assert.Equal([0, 1], seen.Order());
        release.SetResult();
        await WaitForAsync(() => seen.Contains(2));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([1, 1, 2], seen.Where(each => each != 0));
        Assert.Single(seen, 0);
        Assert.Equal(3, Group.Committed[0]);
    }

    [Fact]
    public async Task A_partition_that_rests_can_be_given_up_and_rests_no_more_when_it_comes_back()
    {
        Group.Gives = [0];
        AppendNumbers(0, 5);
        var seen = new ConcurrentQueue<long>();
        using var stop = NewStop();
        var consumer = NewMember();
        var running = consumer.ConsumeParallelAsync(
            (record, _) =>
            {
                seen.Enqueue(record.Offset);
                return seen.Count == 3
                    ? throw new RetryLaterException(TimeSpan.FromHours(1))
                    : ValueTask.CompletedTask;
            },
            cancel: stop.Token);
        await WaitForAsync(() => seen.Count == 3);
        Group.Rebalance(1);
        await WaitForAsync(() => Log.Events.Count == 3);
        Assert.Equal(2, Group.Committed[0]);
        Group.Rebalance(0);
        await WaitForAsync(() => seen.Count == 6);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([0, 1, 2, 2, 3, 4], seen);
        Assert.Equal(5, Group.Committed[0]);
    }

    private static CancellationTokenSource NewStop() => CancellationTokenSource.CreateLinkedTokenSource(Cancel);

    private void AppendNumbers(int partition, int count) => Cluster.Append(
        partition, [.. Enumerable.Range(0, count).Select(each => each.ToString(CultureInfo.InvariantCulture))]);

    private void AppendKeys(params string?[] keys)
    {
        using var builder = new RecordBatchBuilder();
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i] is { } text ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text) : null;
            builder.Append(1_700_000_000_000, key, new byte[] { 0, 0, 0, (byte)i });
        }

        Cluster.AppendBatch(0, builder.Build(new RecordBatchOptions()).ToArray());
    }
}
