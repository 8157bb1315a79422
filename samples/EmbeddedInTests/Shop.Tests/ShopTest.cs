using System.Text.Json.Serialization.Metadata;
using ActorBroker.Client;
using ActorBroker.Records;
using ActorBroker.Server;

namespace Shop.Tests;

/// <summary>Gives each test a broker of its own, with the shop's topics, and a client.</summary>
public abstract class ShopTest : IAsyncLifetime
{
    protected EmbeddedBroker Broker { get; private set; } = null!;

    protected KafkaClient Client { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Broker = await EmbeddedBroker.StartAsync(cancel: Cancel);
        await Broker.CreateTopicAsync(Topics.Orders, partitions: 1, cancel: Cancel);
        await Broker.CreateTopicAsync(Topics.Invoices, partitions: 1, cancel: Cancel);
        Client = new KafkaClient(new ClientOptions { BootstrapServers = Broker.BootstrapServers });
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The first records of a topic; waits until there are so many.</summary>
    protected async Task<List<T>> ReadAsync<T>(string topic, int count, JsonTypeInfo<T> type)
    {
        await using var consumer = Client.CreateConsumer(Deserializers.Ignore, Deserializers.Json(type));
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        return await consumer.ReadAllAsync(Cancel).Take(count).Select(each => each.Value!).ToListAsync(Cancel);
    }
}
