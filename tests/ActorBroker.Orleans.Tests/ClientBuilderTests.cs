using System.Collections.Concurrent;
using ActorBroker.Client;
using ActorBroker.Orleans.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActorBroker.Orleans.Tests;

/// <summary>Typed producers and handlers of a service that is a client of the Orleans cluster.</summary>
public sealed class ClientBuilderTests
{
    [Fact]
    public async Task Producers_and_handlers_go_by_grains_and_on_when_a_silo_ends()
    {
        var seen = new Seen();
        await using var silos = await BrokerSilos.StartAsync(3, client =>
        {
            client.AddActorBrokerClient();
            client.Services.AddSingleton(seen);
            client.Services.AddProducer<string, string>("orders");
            client.Services.AddConsumer<string, string, Handler>(
                "orders", group: "billing", new ConsumerOptions { AutoOffsetReset = AutoOffsetReset.Earliest });
        });
        await silos.CreateTopicAsync("orders");
        var orders = silos.Client.ServiceProvider.GetRequiredService<ITopicProducer<string, string>>();

        await orders.ProduceAsync("k", "before", Cancel);
        await seen.Of("before");
        await silos.KillAsync(silos.LeaderOf("orders"));
        await orders.ProduceAsync("k", "after", Cancel);
        await seen.Of("after");

        // A plain Kafka client finds the same.
        Assert.Equal(["before", "after"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
    }

    [Theory]
    [InlineData(null, "grains", true)]
    [InlineData("grains", "grains", true)]
    [InlineData("127.0.0.1:9092", "127.0.0.1:9092", false)]
    public void The_configuration_chooses_between_grains_and_the_wire(
        string? configured, string servers, bool isByGrains)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:broker", configured)]);
        builder.UseOrleansClient(client => client.UseLocalhostClustering().AddActorBrokerClient());
        using var host = builder.Build();

        var options = host.Services.GetRequiredService<IOptions<ActorBrokerClientOptions>>().Value;

        Assert.Equal((servers, isByGrains), (options.BootstrapServers, options.ConnectCallback is not null));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed class Handler(Seen seen) : IRecordHandler<string, string>
    {
        public Task HandleAsync(ConsumeResult<string, string> record, CancellationToken cancel)
        {
            seen.Add(record.Value);
            return Task.CompletedTask;
        }
    }

    private sealed class Seen
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _values = new();

        public void Add(string value) => Source(value).TrySetResult();

        public Task Of(string value) => Source(value).Task.WaitAsync(Cancel);

        private TaskCompletionSource Source(string value) => _values.GetOrAdd(value, static _ => new());
    }
}
