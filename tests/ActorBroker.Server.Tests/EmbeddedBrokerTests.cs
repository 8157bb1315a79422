using System.Net;
using System.Net.Sockets;
using ActorBroker.Records;
using ActorBroker.TestSupport;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Server.Tests;

/// <summary>A broker inside the test's own process: started, used, restarted, gone without a trace.</summary>
public sealed class EmbeddedBrokerTests
{
    [Fact]
    public async Task It_takes_and_gives_records()
    {
        await using var broker = await EmbeddedBroker.StartAsync(cancel: Cancel);
        await broker.CreateTopicAsync("orders", partitions: 3, cancel: Cancel);

        Assert.Equal(3, await RoundTrips.PartitionsAsync(broker.BootstrapServers, "orders", Cancel));
        await RoundTrips.SendAsync(broker.BootstrapServers, "orders", ["first", "second"], Cancel);
        Assert.Equal(["first", "second"], await RoundTrips.ReadAsync(broker.BootstrapServers, "orders", 2, Cancel));
    }

    [Fact]
    public async Task A_topic_comes_to_be_when_a_producer_names_it()
    {
        await using var broker = await EmbeddedBroker.StartAsync(cancel: Cancel);

        await RoundTrips.SendAsync(broker.BootstrapServers, "unheard-of", ["one"], Cancel);

        Assert.Equal(["one"], await RoundTrips.ReadAsync(broker.BootstrapServers, "unheard-of", 1, Cancel));
    }

    [Fact]
    public async Task A_temporary_folder_goes_with_the_broker()
    {
        var broker = await EmbeddedBroker.StartAsync(cancel: Cancel);
        await broker.CreateTopicAsync("t", cancel: Cancel);
        var folder = broker.DataFolder;
        Assert.True(Directory.Exists(Path.Combine(folder, "t-0")));

        await broker.StopAsync(Cancel);
        Assert.True(Directory.Exists(folder));
        await broker.DisposeAsync();
        await broker.DisposeAsync();

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_given_folder_is_kept_and_read_by_the_next_broker()
    {
        using var temporary = new TemporaryFolder();
        var options = new EmbeddedBrokerOptions { DataFolder = temporary["made/by/the/broker"] };
        string cluster;
        await using (var broker = await EmbeddedBroker.StartAsync(options, Cancel))
        {
            cluster = broker.ClusterId;
            await RoundTrips.SendAsync(broker.BootstrapServers, "kept", ["a", "b"], Cancel);
        }

        await using var next = await EmbeddedBroker.StartAsync(options, Cancel);

        Assert.Equal(cluster, next.ClusterId);
        Assert.Equal(["a", "b"], await RoundTrips.ReadAsync(next.BootstrapServers, "kept", 2, Cancel));
    }

    [Fact]
    public async Task A_restart_keeps_the_data_and_the_address()
    {
        using var reserved = ReservedPort.Take();
        await using var broker = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions { Port = reserved.Port }, Cancel);
        var address = broker.BootstrapServers;
        await RoundTrips.SendAsync(address, "t", ["before"], Cancel);

        await broker.RestartAsync(Cancel);
        await RoundTrips.SendAsync(address, "t", ["after"], Cancel);
        await broker.StopAsync(Cancel);
        await broker.RestartAsync(Cancel);

        Assert.Equal(address, broker.BootstrapServers);
        Assert.Equal(["before", "after"], await RoundTrips.ReadAsync(address, "t", 2, Cancel));
    }

    [Fact]
    public async Task A_stopped_broker_says_so()
    {
        var broker = await EmbeddedBroker.StartAsync(cancel: Cancel);
        await broker.StopAsync(Cancel);
        await broker.StopAsync(Cancel);

        await Assert.ThrowsAsync<InvalidOperationException>(() => broker.CreateTopicAsync("t", cancel: Cancel));
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(broker.BootstrapServers));
        await broker.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => broker.RestartAsync(Cancel));
    }

    [Fact]
    public async Task A_stop_that_was_given_up_is_ended_by_the_dispose()
    {
        using var impatience = new CancellationTokenSource();
        using var loggers = new RecordingLoggers
        {
            // Between the gateway's stop and the node's.
            Heard = line =>
            {
                if (line.Contains("All listeners are closed", StringComparison.Ordinal))
                {
                    impatience.Cancel();
                }
            },
        };
        var broker = await EmbeddedBroker.StartAsync(new EmbeddedBrokerOptions { LoggerFactory = loggers }, Cancel);
        await broker.CreateTopicAsync("t", cancel: Cancel);

        // As a rule the caller has given up; a stop quicker than that has simply ended.
        var fault = await Record.ExceptionAsync(() => broker.StopAsync(impatience.Token));
        Assert.True(fault is null or OperationCanceledException, fault?.ToString());
        await broker.DisposeAsync();

        Assert.Contains(loggers.Lines, line => line.Contains("stopped", StringComparison.OrdinalIgnoreCase));
        Assert.False(Directory.Exists(broker.DataFolder));
    }

    [Fact]
    public async Task Settings_go_by_Kafkas_names()
    {
        await using var broker = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions
            {
                Settings = new Dictionary<string, string> { ["broker.id"] = "7", ["num.partitions"] = "4" },
            },
            Cancel);
        await broker.CreateTopicAsync(
            "t", configs: new Dictionary<string, string> { ["retention.ms"] = "1000" }, cancel: Cancel);

        Assert.Equal(7, broker.BrokerId);
        Assert.Equal(4, await RoundTrips.PartitionsAsync(broker.BootstrapServers, "t", Cancel));
    }

    [Fact]
    public async Task A_refused_topic_says_why()
    {
        await using var broker = await EmbeddedBroker.StartAsync(cancel: Cancel);
        await broker.CreateTopicAsync("t", cancel: Cancel);

        var twice = await Assert.ThrowsAsync<TopicCreationException>(
            () => broker.CreateTopicAsync("t", cancel: Cancel));
        var wrong = await Assert.ThrowsAsync<TopicCreationException>(() => broker.CreateTopicAsync(
            "u", configs: new Dictionary<string, string> { ["retention.ms"] = "soon" }, cancel: Cancel));

        Assert.Equal(ErrorCode.TopicAlreadyExists, twice.Error);
        Assert.Contains("'t'", twice.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.InvalidConfig, wrong.Error);
        Assert.Contains("retention.ms", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("num.partitions", "many")]
    [InlineData("num.partitoins", "1")]
    [InlineData("log.dirs", "elsewhere")]
    public async Task A_wrong_setting_is_named(string name, string value)
    {
        var fault = await FailureAsync(new EmbeddedBrokerOptions
        {
            Settings = new Dictionary<string, string> { [name] = value },
        });

        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_start_says_why_and_leaves_nothing()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var temporary = new TemporaryFolder();
        var folder = temporary["data"];

        var fault = await FailureAsync(new EmbeddedBrokerOptions { Port = port, DataFolder = folder });

        Assert.Contains($"127.0.0.1:{port}", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.InnerException);
        await using var free = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions { DataFolder = folder }, Cancel);
    }

    [Fact]
    public async Task Two_brokers_on_one_folder_are_refused()
    {
        await using var broker = await EmbeddedBroker.StartAsync(cancel: Cancel);

        var fault = await FailureAsync(new EmbeddedBrokerOptions { DataFolder = broker.DataFolder });

        Assert.Contains(broker.DataFolder, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_start_is_cancelled()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => EmbeddedBroker.StartAsync(cancel: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Logs_go_where_the_caller_says()
    {
        using var loggers = new RecordingLoggers();
        await using (await EmbeddedBroker.StartAsync(new EmbeddedBrokerOptions { LoggerFactory = loggers }, Cancel))
        {
            Assert.Contains(loggers.Lines, line => line.Contains("Listener", StringComparison.Ordinal));
        }

        var warning = nameof(LogLevel.Warning);
        Assert.DoesNotContain(loggers.Lines, line => line.StartsWith(warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Twenty_brokers_live_side_by_side()
    {
        var starts = Enumerable.Range(0, 20).Select(_ => EmbeddedBroker.StartAsync(cancel: Cancel));
        var brokers = await Task.WhenAll(starts);
        try
        {
            await Task.WhenAll(brokers.Select((broker, number) =>
                RoundTrips.SendAsync(broker.BootstrapServers, "same-name", [$"of {number}"], Cancel)));
            var read = await Task.WhenAll(brokers.Select(broker =>
                RoundTrips.ReadAsync(broker.BootstrapServers, "same-name", 1, Cancel)));

            Assert.Equal(Enumerable.Range(0, 20).Select(number => $"of {number}"), read.Select(lines => lines[0]));
            Assert.Equal(20, brokers.Select(broker => broker.BootstrapServers).Distinct().Count());
            Assert.Equal(20, brokers.Select(broker => broker.ClusterId).Distinct().Count());
        }
        finally
        {
            await Task.WhenAll(brokers.Select(broker => broker.DisposeAsync().AsTask()));
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<BrokerStartException> FailureAsync(EmbeddedBrokerOptions options) =>
        Assert.ThrowsAsync<BrokerStartException>(() => EmbeddedBroker.StartAsync(options, Cancel));

    private static async Task ConnectAsync(string address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(address), Cancel);
    }
}
