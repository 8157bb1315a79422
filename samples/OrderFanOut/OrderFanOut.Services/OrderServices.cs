using ActorBroker.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace OrderFanOut.Services;

/// <summary>
/// The four services. A host may have any of them: all in one process, or each in its own. They know their broker from
/// the connection string <c>broker</c>, unless the host says how else to reach it.
/// </summary>
public static class OrderServices
{
    // Groups are new when the sample runs first: they begin with the first order. Commits, and with them the lag on the
    // page, are half a second old at most. A process that was killed is missed soon.
    private static readonly ConsumerOptions Reading = new()
    {
        AutoOffsetReset = AutoOffsetReset.Earliest,
        AutoCommitInterval = TimeSpan.FromMilliseconds(500),
        SessionTimeout = TimeSpan.FromSeconds(10),
    };

    // A paused service has an order in hand: another process that joins the group does not wait long for it.
    private static readonly RecordHandlingOptions Handling = new()
    {
        Parallel = new ParallelConsumeOptions { DrainTimeout = TimeSpan.FromSeconds(5) },
    };

    /// <summary>
    /// Takes orders and follows what becomes of them; a web host shows its page by <see cref="OrderPage.MapOrders"/>.
    /// </summary>
    public static IHostApplicationBuilder AddOrders(this IHostApplicationBuilder builder)
    {
        AddShared(builder);
        builder.Services.TryAddSingleton<Board>();
        builder.Services.TryAddSingleton<OrderDesk>();
        AddHosted<Lags>(builder);
        AddHosted<Traffic>(builder);
        builder.Services
            .AddProducer<Guid, Order>(Topics.Orders)
            .AddProducer<string, string>(Topics.Paces)
            .AddConsumer<Guid, OrderStep, StepHandler>(Topics.Steps, ServiceNames.Orders, Reading, Handling);
        return builder;
    }

    /// <summary>Reserves what is ordered.</summary>
    public static IHostApplicationBuilder AddInventory(this IHostApplicationBuilder builder)
    {
        AddShared(builder);
        builder.Services.TryAddSingleton<Stock>();
        builder.Services.AddConsumer<Guid, Order, InventoryHandler>(
            Topics.Orders, ServiceNames.Inventory, Reading, Handling);
        return builder;
    }

    /// <summary>Charges the customers.</summary>
    public static IHostApplicationBuilder AddBilling(this IHostApplicationBuilder builder)
    {
        AddShared(builder);
        builder.Services.TryAddSingleton<Ledger>();
        builder.Services.AddConsumer<Guid, Order, BillingHandler>(
            Topics.Orders, ServiceNames.Billing, Reading, Handling);
        return builder;
    }

    /// <summary>Writes to the customers.</summary>
    public static IHostApplicationBuilder AddNotifications(this IHostApplicationBuilder builder)
    {
        AddShared(builder);
        builder.Services.TryAddSingleton<Outbox>();
        builder.Services.AddConsumer<Guid, Order, NotificationHandler>(
            Topics.Orders, ServiceNames.Notifications, Reading, Handling);
        return builder;
    }

    private static void AddShared(IHostApplicationBuilder builder)
    {
        builder.Services.AddActorBrokerClient(options => options.Json = FanOutJson.Default);
        builder.Services.AddProducer<Guid, OrderStep>(Topics.Steps);
        AddHosted<FanOutTopics>(builder);
        AddHosted<Paces>(builder);
    }

    /// <summary>A hosted service that others use, too; once, however many services ask for it.</summary>
    private static void AddHosted<T>(IHostApplicationBuilder builder)
        where T : class, IHostedService
    {
        if (builder.Services.All(each => each.ServiceType != typeof(T)))
        {
            builder.Services.AddSingleton<T>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<T>());
        }
    }
}
