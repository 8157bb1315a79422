using System.Collections.Concurrent;
using ActorBroker.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Order = ActorBroker.Clients.Tests.ClientExamples.Order;
using ShopJson = ActorBroker.Clients.Tests.ClientExamples.ShopJson;

namespace ActorBroker.Clients.Tests;

/// <summary>The examples of <c>docs/client.md</c> that live in a host, and a run of them.</summary>
public sealed class ClientHostExamples(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // example: host-handler
    public sealed class Billing(Till till) : IRecordHandler<string, Order>
    {
        public async Task HandleAsync(ConsumeResult<string, Order> record, CancellationToken cancel)
        {
            await till.ChargeAsync(record.Key, record.Value, cancel); // Throws: is called again. Returns: is committed.
        }
    }

    // end
    [Fact]
    public async Task A_service_takes_orders_and_another_bills_them()
    {
        var cancel = Cancel;
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:broker"] = server.Bootstrap;
        // example: host
        builder.Services.AddActorBrokerClient(options => options.Json = ShopJson.Default);
        builder.Services.AddProducer<string, Order>("orders");
        builder.Services.AddConsumer<string, Order, Billing>(
            "orders", group: "billing", new ConsumerOptions { AutoOffsetReset = AutoOffsetReset.Earliest });
        // end
        var till = new Till();
        builder.Services.AddSingleton(till);
        using var host = builder.Build();
        await host.StartAsync(cancel);

        var orders = host.Services.GetRequiredService<ITopicProducer<string, Order>>();
        // example: host-produce
        await orders.ProduceAsync("ada", new Order("tea", 2), cancel); // An ITopicProducer<string, Order>, injected.
        // end
        while (till.Bills.IsEmpty)
        {
            await Task.Yield();
        }

        await host.StopAsync(cancel);
        Assert.Equal(["ada: 2 tea"], till.Bills);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = server.Bootstrap });
        var committed = await client.Admin.ListGroupOffsetsAsync("billing", cancel: cancel);
        Assert.Equal(1, committed.Values.Sum(each => each.Offset));
    }

    public sealed class Till
    {
        public ConcurrentQueue<string> Bills { get; } = new();

        public Task ChargeAsync(string customer, Order order, CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            Bills.Enqueue($"{customer}: {order.Count} {order.Item}");
            return Task.CompletedTask;
        }
    }
}
