using ActorBroker.Records;
using ActorBroker.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Client.Hosting.Tests;

/// <summary>Gives each test a broker of its own, hosts that know it, and a client beside them.</summary>
public abstract class HostTest : IAsyncLifetime
{
    protected const string Topic = "orders";

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected static readonly ConsumerOptions FromTheStart = new() { AutoOffsetReset = AutoOffsetReset.Earliest };

    protected EmbeddedBroker Broker { get; private set; } = null!;

    protected KafkaClient Client { get; private set; } = null!;

    private protected LogLines Log { get; } = new();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Broker = await EmbeddedBroker.StartAsync(
            new EmbeddedBrokerOptions
            {
                // A group begins with its first member, and not after a while in which others might come.
                Settings = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "0" },
            },
            Cancel);
        Client = new KafkaClient(new ClientOptions { BootstrapServers = Broker.BootstrapServers });
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Broker.DisposeAsync();
        Log.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A host whose configuration names the broker.</summary>
    protected IHost NewHost(Action<IServiceCollection> add) =>
        NewHost(new Dictionary<string, string?> { ["ConnectionStrings:broker"] = Broker.BootstrapServers }, add);

    protected IHost NewHost(Dictionary<string, string?> configuration, Action<IServiceCollection> add)
    {
        var builder = new HostApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "shop" });
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Logging.AddProvider(Log);
        add(builder.Services);
        return builder.Build();
    }

    /// <summary>Records of one partition, whose values are their texts.</summary>
    protected async Task FillAsync(string topic, int partition, params string[] values)
    {
        await using var producer = Client.CreateProducer(Serializers.Utf8, Serializers.Utf8);
        foreach (var value in values)
        {
            await producer.SendAsync(
                topic, new Message<string?, string?>(null, value) { Partition = partition }, Cancel);
        }

        await producer.FlushAsync(Cancel);
    }

    protected async Task<List<string?>> ReadAsync(string topic, int count)
    {
        await using var consumer = Client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8);
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        return await consumer.ReadAllAsync(Cancel).Take(count).Select(each => each.Value).ToListAsync(Cancel);
    }

    protected async Task<long?> CommittedAsync(string group, int partition = 0) =>
        (await Client.Admin.ListGroupOffsetsAsync(group, cancel: Cancel)).TryGetValue(
            new TopicPartition(Topic, partition), out var committed)
            ? committed.Offset
            : null;
}
