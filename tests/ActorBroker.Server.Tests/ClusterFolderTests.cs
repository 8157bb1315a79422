using System.Globalization;
using System.Text;
using ActorBroker.Client;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>Several servers that share a cluster folder, as somebody who starts and kills them sees it.</summary>
public sealed class ClusterFolderTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ServerProcess> _servers = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Folder => _folder["cluster"];

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task The_banner_tells_of_the_folder_and_of_whoever_shares_it()
    {
        var first = await StartAsync(1);
        await first.WaitForOutputAsync(line => line.StartsWith("Ctrl+C", StringComparison.Ordinal), Cancel);
        var second = await StartAsync(2);
        await second.WaitForOutputAsync(line => line.StartsWith("Ctrl+C", StringComparison.Ordinal), Cancel);

        Assert.Contains($"cluster folder {Folder}, nobody else so far", first.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"cluster folder {Folder}, shared with broker 1 ({first.BootstrapServers})", second.Output,
            StringComparison.Ordinal);
        Assert.Contains($"cluster describe -b {second.BootstrapServers}", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_two_servers_hold_one_of_them_serves_when_the_other_is_killed()
    {
        var first = await StartAsync(1);
        var second = await StartAsync(2);
        await using var client = NewClient(first, second);
        await UntilAsync(async () =>
            (await client.Admin.DescribeClusterAsync(Cancel)).Brokers.Count(each => !each.IsFenced) == 2);
        await client.Admin.CreateTopicAsync(
            new NewTopic { Name = "orders", Partitions = 1, ReplicationFactor = 2 }, Cancel);
        await using var producer = client.CreateProducer();
        await SendAsync(producer, "before");
        var leader = await LeaderAsync(client);

        await _servers[leader - 1].KillAsync();
        await SendAsync(producer, "after");

        Assert.Equal(3 - leader, await LeaderAsync(client));
        var rest = _servers[2 - leader];
        Assert.Equal(["before", "after"], await RoundTrips.ReadAsync(rest.BootstrapServers, "orders", 2, Cancel));
        await _servers[leader - 1].RestartAsync(Cancel);
        await UntilAsync(async () =>
            (await client.Admin.DescribeTopicAsync("orders", Cancel)).Partitions[0].InSyncReplicas.Count == 2);
    }

    [Fact]
    public async Task A_second_server_of_an_id_is_refused_and_the_first_goes_on()
    {
        var first = await StartAsync(1);

        var second = await ServerProcess.RunToEndAsync(
            ["--broker.id=1", $"--cluster.dir={Folder}", $"--log.dirs={_folder["other"]}"], Cancel);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Broker 1 of the cluster", second.Errors, StringComparison.Ordinal);
        Assert.Contains("is running already", second.Errors, StringComparison.Ordinal);
        await RoundTrips.SendAsync(first.BootstrapServers, "orders", ["one"], Cancel);
    }

    [Fact]
    public async Task A_port_for_the_links_that_is_taken_is_told_in_one_line()
    {
        var first = await StartAsync(1);

        var second = await ServerProcess.RunToEndAsync(
            [
                "--broker.id=2", $"--cluster.dir={Folder}", $"--log.dirs={_folder["other"]}",
                string.Create(CultureInfo.InvariantCulture, $"--cluster.link.port={first.Port}"),
            ],
            Cancel);

        Assert.Equal(1, second.ExitCode);
        Assert.StartsWith(
            $"actorbroker: cluster.link.port={first.Port} can't be opened", second.Errors, StringComparison.Ordinal);
        Assert.Single(second.Errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_server_whose_id_another_one_took_ends_and_says_so()
    {
        var first = await StartAsync(1);
        UnixSignals.Pause(first.ProcessId);
        File.Delete(Path.Combine(Folder, "brokers", "1.lock"));
        var second = await StartAsync(1);

        UnixSignals.Resume(first.ProcessId);
        var ended = await first.EndedAsync(Cancel);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("another process runs as broker 1 of the cluster", ended.Errors, StringComparison.Ordinal);
        await RoundTrips.SendAsync(second.BootstrapServers, "orders", ["one"], Cancel);
    }

    private static KafkaClient NewClient(params ServerProcess[] servers) => new(new ClientOptions
    {
        BootstrapServers = string.Join(',', servers.Select(server => server.BootstrapServers)),
    });

    private static async Task SendAsync(Producer producer, string value)
    {
        var record = new ProducerRecord { Partition = 0, Value = Encoding.UTF8.GetBytes(value) };
        await (await producer.SendAsync("orders", record, Cancel)).DeliveredAsync(Cancel);
    }

    private static async Task<int> LeaderAsync(KafkaClient client) =>
        (await client.Admin.DescribeTopicAsync("orders", Cancel)).Partitions[0].LeaderId;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, "it did not come");
            await Task.Delay(20, Cancel);
        }
    }

    private async Task<ServerProcess> StartAsync(int id)
    {
        var server = await ServerProcess.StartAsync(
            new ServerOptions
            {
                Settings = [string.Create(CultureInfo.InvariantCulture, $"broker.id={id}"), $"cluster.dir={Folder}"],
            },
            Cancel);
        _servers.Add(server);
        return server;
    }
}
