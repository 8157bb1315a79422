using ActorBroker.Client;
using ActorBroker.Orleans.Tests.Support;

namespace ActorBroker.Orleans.Tests;

/// <summary>
/// Real silos over a real PostgreSQL. Where there is none, or nobody says where Orleans' SQL scripts are (ORLEANS_SQL),
/// they are not run and say so.
/// </summary>
public sealed class SiloProcessTests
{
    [Fact]
    public async Task A_silo_that_is_killed_takes_no_acknowledged_record_with_it()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(0, 100));
        var leader = await silos.LeaderAsync("orders");

        await silos.KillAsync(leader);
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(100, 100));

        await silos.UntilAnotherLeadsAsync("orders", leader);
        Assert.Equal(Numbers(0, 200), await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 200));
    }

    [Fact]
    public async Task While_the_database_is_gone_leaders_serve_and_afterwards_all_goes_on()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(0, 100));
        var leader = await silos.LeaderAsync("orders");

        await silos.Database.StopAsync();
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(100, 100));
        var refused = await Assert.ThrowsAnyAsync<KafkaException>(() => silos.CreateTopicAsync("another"));
        await silos.KillAsync(leader);
        await silos.Database.GoOnAsync(TestContext.Current.CancellationToken);

        await silos.UntilAnotherLeadsAsync("orders", leader);
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(200, 100));
        silos.Start(leader);
        Assert.Equal(Numbers(0, 300), await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 300));
        Assert.NotEmpty(refused.Message);
    }

    [Fact]
    public async Task A_silo_that_is_told_to_stop_ends_although_its_database_is_gone()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(0, 100));
        var leader = await silos.LeaderAsync("orders");

        await silos.Database.StopAsync();
        var exitCode = await silos.StopAsync(leader);
        await silos.Database.GoOnAsync(TestContext.Current.CancellationToken);

        // It had stopped to be a broker, and could not leave the cluster.
        Assert.Equal(1, exitCode);
        await silos.UntilAnotherLeadsAsync("orders", leader);
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", Numbers(100, 100));
        Assert.Equal(Numbers(0, 200), await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 200));
    }

    private static string[] Numbers(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(static number => $"{number}")];
}
