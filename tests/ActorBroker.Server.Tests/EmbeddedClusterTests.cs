using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>Three brokers in the test's own process: what clients see when one of them goes.</summary>
public sealed class EmbeddedClusterTests
{
    [Fact]
    public async Task Every_broker_serves_every_client()
    {
        await using var cluster = await EmbeddedCluster.StartAsync(cancel: Cancel);
        await cluster.CreateTopicAsync("orders", partitions: 6, cancel: Cancel);

        Assert.Equal([1, 2, 3], cluster.Brokers.Select(broker => broker.Id));
        foreach (var broker in cluster.Brokers)
        {
            Assert.Equal(6, await RoundTrips.PartitionsAsync(broker.BootstrapServers, "orders", Cancel));
        }

        await RoundTrips.SendAsync(cluster.Brokers[0].BootstrapServers, "orders", ["a", "b"], Cancel);
        var read = await RoundTrips.ReadAsync(cluster.Brokers[2].BootstrapServers, "orders", 2, Cancel);
        Assert.Equal(["a", "b"], read.Order());
    }

    [Fact]
    public async Task A_crash_of_the_leader_loses_nothing_and_a_new_one_takes_over()
    {
        using var ports = ReservedPort.Take(3);
        await using var cluster = await EmbeddedCluster.StartAsync(
            3, new EmbeddedClusterOptions { Port = ports.Port }, Cancel);
        await cluster.CreateTopicAsync("orders", partitions: 1, cancel: Cancel);
        await RoundTrips.SendAsync(cluster.BootstrapServers, "orders", ["before"], Cancel);
        var first = await cluster.LeaderOfAsync("orders", 0, Cancel);

        await cluster.CrashAsync(first, Cancel);
        var second = await cluster.LeaderOfAsync("orders", 0, Cancel);
        await RoundTrips.SendAsync(cluster.BootstrapServers, "orders", ["after"], Cancel);

        Assert.NotEqual(first, second);
        Assert.Equal(EmbeddedBrokerStatus.Crashed, cluster.Brokers[first - 1].Status);
        Assert.Equal(["before", "after"], await RoundTrips.ReadAsync(cluster.BootstrapServers, "orders", 2, Cancel));

        await cluster.RestartAsync(first, Cancel);
        await cluster.CrashAsync(second, Cancel);
        Assert.NotEqual(second, await cluster.LeaderOfAsync("orders", 0, Cancel));
        Assert.Equal(["before", "after"], await RoundTrips.ReadAsync(cluster.BootstrapServers, "orders", 2, Cancel));
    }

    [Fact]
    public async Task A_paused_leader_is_followed_and_comes_back_as_a_follower()
    {
        await using var cluster = await EmbeddedCluster.StartAsync(cancel: Cancel);
        await cluster.CreateTopicAsync("orders", partitions: 1, cancel: Cancel);
        await RoundTrips.SendAsync(cluster.BootstrapServers, "orders", ["before"], Cancel);
        var first = await cluster.LeaderOfAsync("orders", 0, Cancel);
        var others = string.Join(
            ',', cluster.Brokers.Where(each => each.Id != first).Select(each => each.BootstrapServers));

        await cluster.PauseAsync(first, Cancel);
        Assert.NotEqual(first, await cluster.LeaderOfAsync("orders", 0, Cancel));
        await RoundTrips.SendAsync(others, "orders", ["meanwhile"], Cancel);
        await cluster.ResumeAsync(first, Cancel);

        Assert.Equal(EmbeddedBrokerStatus.Running, cluster.Brokers[first - 1].Status);
        Assert.Equal(
            ["before", "meanwhile"],
            await RoundTrips.ReadAsync(cluster.Brokers[first - 1].BootstrapServers, "orders", 2, Cancel));
    }

    [Fact]
    public async Task Brokers_are_restarted_one_by_one_and_then_all_at_once_from_their_folder()
    {
        using var temporary = new TemporaryFolder();
        using var ports = ReservedPort.Take(3);
        var options = new EmbeddedClusterOptions { DataFolder = temporary["cluster"], Port = ports.Port };
        string id;
        await using (var cluster = await EmbeddedCluster.StartAsync(3, options, Cancel))
        {
            id = cluster.ClusterId;
            await cluster.CreateTopicAsync("orders", partitions: 1, cancel: Cancel);
            for (var broker = 1; broker <= 3; broker++)
            {
                await RoundTrips.SendAsync(cluster.BootstrapServers, "orders", [$"{broker}"], Cancel);
                await cluster.RestartAsync(broker, Cancel);
            }
        }

        await using var next = await EmbeddedCluster.StartAsync(3, options, Cancel);

        Assert.Equal(id, next.ClusterId);
        Assert.Equal(["1", "2", "3"], await RoundTrips.ReadAsync(next.BootstrapServers, "orders", 3, Cancel));
    }

    [Fact]
    public async Task What_the_cluster_sets_itself_is_refused()
    {
        var options = new EmbeddedClusterOptions { Settings = new Dictionary<string, string> { ["broker.id"] = "7" } };

        var fault = await Assert.ThrowsAsync<BrokerStartException>(
            () => EmbeddedCluster.StartAsync(2, options, Cancel));

        Assert.Contains("broker.id", fault.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
