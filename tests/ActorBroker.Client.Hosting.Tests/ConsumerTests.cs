using System.Collections.Concurrent;
using ActorBroker.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Client.Hosting.Tests;

/// <summary>Consumers that a host has from <c>AddConsumer</c>.</summary>
public sealed class ConsumerTests : HostTest
{
    private const int HandlerFailed = 6002;
    private const int ReadingEnded = 6004;

    [Fact]
    public async Task Each_group_has_every_record_and_commits_it()
    {
        await FillAsync(Topic, 0, "a", "b", "c");
        var script = new Script();
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "billing", FromTheStart)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "mail", FromTheStart));
        await host.StartAsync(Cancel);

        var done = await script.DoneAsync(6, Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(["a", "a", "b", "b", "c", "c"], done.Order());
        Assert.Equal((3, 3), (await CommittedAsync("billing"), await CommittedAsync("mail")));
        Assert.Empty((await Client.Admin.DescribeGroupAsync("mail", Cancel)).Members);
    }

    [Fact]
    public async Task Each_record_has_a_handler_from_a_scope_of_its_own()
    {
        await FillAsync(Topic, 0, "a", "b");
        var script = new Script();
        var bags = new ConcurrentQueue<Bag>();
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddSingleton(bags)
            .AddScoped<Bag>()
            .AddConsumer<string, string, BagHandler>(Topic, group: "g", FromTheStart));
        await host.StartAsync(Cancel);

        await script.DoneAsync(2, Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(2, bags.Distinct().Count());
        Assert.All(bags, bag => Assert.True(bag.IsDisposed));
    }

    [Fact]
    public async Task A_record_whose_handler_throws_is_handled_again_before_the_ones_behind_it()
    {
        await FillAsync(Topic, 0, "a", "b", "c");
        var failures = 0;
        var script = new Script((record, _) => record.Value == "b" && failures++ < 4
            ? throw new TimeoutException("The database is away.")
            : Task.CompletedTask);
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(
                Topic, group: "g", FromTheStart, new() { RetryPause = TimeSpan.FromMilliseconds(1) }));
        await host.StartAsync(Cancel);

        await script.DoneAsync(3, Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(["a", "b", "b", "b", "b", "b", "c"], script.Calls);
        Assert.Equal(3, await CommittedAsync("g"));
        var told = Log.Lines.Where(line => line.Id == HandlerFailed).ToList();
        Assert.Equal(4, told.Count);
        Assert.All(told, line => Assert.StartsWith("orders-0 at offset 1:", line.Text, StringComparison.Ordinal));
        Assert.All(told, line => Assert.IsType<TimeoutException>(line.Exception));
    }

    /// <summary>More records wait behind the failing one than may be in flight: they hold nothing else up.</summary>
    [Fact]
    public async Task Other_partitions_go_on_while_one_rests_before_a_record_that_keeps_failing()
    {
        await Broker.CreateTopicAsync(Topic, partitions: 2, cancel: Cancel);
        await FillAsync(Topic, 0, [.. Enumerable.Range(0, 50).Select(each => $"left {each:00}")]);
        var (failed, isHealed) = (new TaskCompletionSource(), false);
        var script = new Script((record, _) =>
        {
            if (record.Value == "left 00" && !Volatile.Read(ref isHealed))
            {
                failed.TrySetResult();
                throw new TimeoutException();
            }

            return Task.CompletedTask;
        });
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "g", FromTheStart, new()
            {
                Parallel = new() { MaxInFlight = 10, Degree = 2 },
                RetryPause = TimeSpan.FromMilliseconds(1100),
                RetryPauseMax = TimeSpan.FromMilliseconds(1100),
            }));
        await host.StartAsync(Cancel);
        await failed.Task.WaitAsync(Patience, Cancel);
        string[] right = [.. Enumerable.Range(0, 50).Select(each => $"right {each:00}")];
        await FillAsync(Topic, 1, right);

        Assert.Equal(right, await script.DoneAsync(50, Cancel));
        Volatile.Write(ref isHealed, true);
        var left = await script.DoneAsync(50, Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(left.Order(), left);
        Assert.Equal((50, 50), (await CommittedAsync("g", 0), await CommittedAsync("g", 1)));
        Assert.Contains(Log.Lines, line => line is { Id: HandlerFailed, Level: LogLevel.Error });
    }

    [Fact]
    public async Task A_long_handler_ends_while_another_partition_rests_again_and_again()
    {
        await Broker.CreateTopicAsync(Topic, partitions: 2, cancel: Cancel);
        await FillAsync(Topic, 0, "long");
        await FillAsync(Topic, 1, "poison");
        var (begun, mayEnd, wasTold, attempts) = (new TaskCompletionSource(), new TaskCompletionSource(), false, 0);
        var script = new Script(async (record, cancel) =>
        {
            if (record.Value == "long")
            {
                using var told = cancel.Register(() => Volatile.Write(ref wasTold, true));
                begun.TrySetResult();
                await mayEnd.Task.WaitAsync(cancel);
                return;
            }

            await begun.Task.WaitAsync(cancel);
            if (Interlocked.Increment(ref attempts) == 3)
            {
                mayEnd.SetResult();
            }

            throw new TimeoutException();
        });
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "g", FromTheStart, new()
            {
                Parallel = new() { Degree = 2, DrainTimeout = TimeSpan.Zero },
                RetryPause = TimeSpan.FromMilliseconds(1001),
                RetryPauseMax = TimeSpan.FromMilliseconds(1001),
            }));
        await host.StartAsync(Cancel);

        Assert.Equal(["long"], await script.DoneAsync(1, Cancel));
        Assert.False(Volatile.Read(ref wasTold));
        await host.StopAsync(Cancel);

        Assert.Single(script.Calls, "long");
        Assert.Equal((1, 0), (await CommittedAsync("g", 0), await CommittedAsync("g", 1) ?? 0));
    }

    [Fact]
    public void Pauses_grow_up_to_their_limit()
    {
        var options = new RecordHandlingOptions { RetryPause = TimeSpan.FromSeconds(1) };

        Assert.Equal(
            [1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 7).Select(each => options.PauseAfter(each).TotalSeconds));
        Assert.Equal(30, options.PauseAfter(int.MaxValue).TotalSeconds);
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_yet_is_waited_for()
    {
        var script = new Script();
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "g", FromTheStart));
        await host.StartAsync(Cancel);
        while ((await Client.Admin.DescribeGroupAsync("g", Cancel)).Members.Count == 0)
        {
            await Task.Yield();
        }

        await Broker.CreateTopicAsync(Topic, partitions: 1, cancel: Cancel);
        await FillAsync(Topic, 0, "a");

        Assert.Equal(["a"], await script.DoneAsync(1, Cancel));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_waited_for()
    {
        await FillAsync(Topic, 0, "a");
        await Broker.StopAsync(Cancel);
        var script = new Script();
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "g", FromTheStart));
        await host.StartAsync(Cancel);

        await Broker.RestartAsync(Cancel);
        Assert.Equal(["a"], await script.DoneAsync(1, Cancel));

        await Broker.RestartAsync(Cancel);
        await FillAsync(Topic, 0, "b");
        Assert.Equal(["b"], await script.DoneAsync(1, Cancel));
        await host.StopAsync(Cancel);
        Assert.Equal(2, await CommittedAsync("g"));
    }

    [Fact]
    public async Task A_stop_lets_the_running_handler_end_and_commits_its_record()
    {
        await FillAsync(Topic, 0, "a", "b");
        var (begun, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var script = new Script(async (_, _) =>
        {
            begun.TrySetResult();
            await mayEnd.Task;
        });
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "g", FromTheStart));
        await host.StartAsync(Cancel);
        await begun.Task.WaitAsync(Patience, Cancel);
        var stop = host.StopAsync(Cancel);
        Assert.False(stop.IsCompleted);
        mayEnd.SetResult();
        await stop.WaitAsync(Patience, Cancel);

        var handled = script.Calls.Count;
        Assert.InRange(handled, 1, 2);
        Assert.Equal(handled, await CommittedAsync("g"));
    }

    [Fact]
    public async Task A_handler_is_told_when_the_hosts_time_to_stop_is_over_and_its_record_is_not_committed()
    {
        await FillAsync(Topic, 0, "a");
        var (begun, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        var script = new Script(async (_, cancel) =>
        {
            using var registered = cancel.Register(told.SetResult);
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancel);
        });
        using var host = NewHost(services => services
            .AddSingleton(script)
            .AddConsumer<string, string, ScriptHandler>(Topic, group: "g", FromTheStart));
        await host.StartAsync(Cancel);
        await begun.Task.WaitAsync(Patience, Cancel);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var stop = host.StopAsync(over.Token);
        await over.CancelAsync();
        await told.Task.WaitAsync(Patience, Cancel);
        await stop.WaitAsync(Patience, Cancel).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal(0, await CommittedAsync("g") ?? 0);
        Assert.DoesNotContain(Log.Lines, line => line.Id == HandlerFailed);
    }

    [Fact]
    public async Task A_record_that_can_not_be_deserialized_is_logged_and_stops_the_host()
    {
        await FillAsync(Topic, 0, "no number");
        using var host = NewHost(services => services
            .AddConsumer<string, int, NumberHandler>(Topic, group: "g", FromTheStart));
        var isStopping = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(isStopping.SetResult);

        await host.StartAsync(Cancel);
        await isStopping.Task.WaitAsync(Patience, Cancel);

        var told = Assert.Single(Log.Lines, line => line.Id == ReadingEnded);
        Assert.Equal(LogLevel.Critical, told.Level);
        var cause = Assert.IsType<DeserializationException>(told.Exception);
        Assert.Equal((new TopicPartition(Topic, 0), 0L), (cause.TopicPartition, cause.Offset));
        Assert.Equal(0, await CommittedAsync("g") ?? 0);
    }

    [Fact]
    public async Task A_type_that_nobody_can_read_fails_the_start_with_what_to_do()
    {
        using var host = NewHost(services => services.AddConsumer<string, Order, OrderHandler>(Topic, group: "g"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Contains("IDeserializer<Order>", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_contradict_the_call_are_refused()
    {
        var services = new ServiceCollection();

        Assert.Throws<ArgumentException>(() => services.AddConsumer<string, string, ScriptHandler>(
            Topic, group: "g", new ConsumerOptions { GroupId = "other" }));
        Assert.Throws<ArgumentException>(() => services.AddConsumer<string, string, ScriptHandler>(
            Topic, group: "g", new ConsumerOptions { EnableAutoCommit = false }));
    }

    private sealed class NumberHandler : IRecordHandler<string, int>
    {
        public Task HandleAsync(ConsumeResult<string, int> record, CancellationToken cancel) => Task.CompletedTask;
    }

    private sealed class OrderHandler : IRecordHandler<string, Order>
    {
        public Task HandleAsync(ConsumeResult<string, Order> record, CancellationToken cancel) => Task.CompletedTask;
    }

    private sealed class Bag : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class BagHandler(Script script, Bag bag, ConcurrentQueue<Bag> bags) : IRecordHandler<string, string>
    {
        public Task HandleAsync(ConsumeResult<string, string> record, CancellationToken cancel)
        {
            Assert.False(bag.IsDisposed);
            bags.Enqueue(bag);
            return script.RunAsync(record, cancel);
        }
    }
}
