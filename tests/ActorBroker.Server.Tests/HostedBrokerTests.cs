using ActorBroker.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Server.Tests;

/// <summary>A broker in a Generic Host: up before the host's own services, down after them.</summary>
public sealed class HostedBrokerTests
{
    private const string AnyPort = "PLAINTEXT://127.0.0.1:0";

    [Fact]
    public async Task The_hosts_own_services_can_use_the_broker_all_their_life()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, builder => builder.Services.AddHostedService<Shop>());

        await host.StartAsync(Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(["opened", "closed"], host.Services.GetRequiredService<ShopNotes>().Lines);
        Assert.True(File.Exists(Path.Combine(folder["data"], ".kafka_cleanshutdown")));
    }

    [Fact]
    public async Task Settings_come_from_the_configuration_whole_or_nested_and_code_wins()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ActorBroker:broker.id"] = "5",
                ["ActorBroker:num:partitions"] = "6",
                ["ActorBroker:log.dirs:0"] = folder["one"],
                ["ActorBroker:log.dirs:1"] = folder["two"],
            });
            builder.Services.AddActorBroker(options =>
            {
                options.Settings.Remove("log.dirs");
                options.Settings["broker.id"] = "9";
            });
        });

        await host.StartAsync(Cancel);
        var broker = host.Services.GetRequiredService<IActorBroker>();
        await broker.CreateTopicAsync("t", cancel: Cancel);

        Assert.Equal(9, broker.BrokerId);
        Assert.Equal(6, await RoundTrips.PartitionsAsync(broker.BootstrapServers, "t", Cancel));
        Assert.True(Directory.Exists(folder["one"]) && Directory.Exists(folder["two"]));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Settings_may_stand_in_another_section()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, builder =>
        {
            builder.Configuration.AddInMemoryCollection(
                new Dictionary<string, string?> { ["Messaging:Broker:broker.id"] = "3" });
            builder.Services.AddActorBroker(builder.Configuration.GetSection("Messaging:Broker"));
        });

        await host.StartAsync(Cancel);

        Assert.Equal(3, host.Services.GetRequiredService<IActorBroker>().BrokerId);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_wrong_setting_fails_the_hosts_start_and_says_where_it_stands()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, builder => builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["ActorBroker:num.partitions"] = "many" }));

        var fault = await Assert.ThrowsAsync<BrokerStartException>(() => host.StartAsync(Cancel));

        Assert.Contains("num.partitions=many", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ActorBroker:num.partitions", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_fails_to_start_leaves_no_broker_behind()
    {
        using var folder = new TemporaryFolder();
        using (var host = NewHost(folder, builder => builder.Services.AddHostedService<Broken>()))
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => host.StartAsync(Cancel));
        }

        await using var next = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions { DataFolder = folder["data"] }, Cancel);
    }

    [Fact]
    public async Task Its_health_follows_its_life()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, builder => builder.Services.AddHealthChecks().AddActorBroker());
        var health = host.Services.GetRequiredService<HealthCheckService>();

        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(Cancel)).Status);
        await host.StartAsync(Cancel);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Cancel)).Status);
        await host.StopAsync(Cancel);
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(Cancel)).Status);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written_makes_it_unhealthy_and_it_says_why()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, builder => builder.Services.AddHealthChecks().AddActorBroker());
        await host.StartAsync(Cancel);

        // A folder in place of the file that the check would write.
        Directory.CreateDirectory(Path.Combine(folder["data"], ".probe", "in-the-way"));
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancel);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal($"Nothing can be written in {folder["data"]}.", report.Entries["actorbroker"].Description);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task It_logs_by_the_hosts_loggers()
    {
        using var folder = new TemporaryFolder();
        using var loggers = new RecordingLoggers();
        using var host = NewHost(folder, builder => builder.Logging.AddProvider(loggers));

        await host.StartAsync(Cancel);
        await host.StopAsync(Cancel);

        Assert.Contains(loggers.Lines, line => line.Contains("ActorBroker.Gateway", StringComparison.Ordinal));
    }

    [Fact]
    public void Before_the_host_starts_the_broker_has_no_address()
    {
        using var folder = new TemporaryFolder();
        using var host = NewHost(folder, _ => { });

        var broker = host.Services.GetRequiredService<IActorBroker>();

        var fault = Assert.Throws<InvalidOperationException>(() => broker.BootstrapServers);
        Assert.Contains("starts with the host", fault.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IHost NewHost(TemporaryFolder folder, Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<ShopNotes>();
        builder.Services.AddActorBroker(options =>
        {
            options.Settings["listeners"] = AnyPort;
            options.Settings["log.dirs"] = folder["data"];
        });
        configure(builder);
        return builder.Build();
    }

    private sealed class ShopNotes
    {
        public List<string> Lines { get; } = [];
    }

    private sealed class Shop(IActorBroker broker, ShopNotes notes) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => NoteAsync("opened", cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => NoteAsync("closed", cancellationToken);

        private async Task NoteAsync(string line, CancellationToken cancel)
        {
            await RoundTrips.SendAsync(broker.BootstrapServers, $"shop-{line}", [line], cancel);
            notes.Lines.AddRange(await RoundTrips.ReadAsync(broker.BootstrapServers, $"shop-{line}", 1, cancel));
        }
    }

    private sealed class Broken : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Broken.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
