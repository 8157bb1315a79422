using ActorBroker.Server;
using OrderFanOut.Services;

namespace OrderFanOut;

/// <summary>One process of the shop: the services that it runs, and a broker where none is given.</summary>
public sealed class ShopProcess : IAsyncDisposable
{
    private const string AnyService = "all";
    private const string DefaultUrl = "http://127.0.0.1:5080";

    private readonly EmbeddedBroker? _broker;

    private readonly string _service;

    private ShopProcess(IHost host, string service, EmbeddedBroker? broker)
    {
        Host = host;
        _service = service;
        _broker = broker;
    }

    public IHost Host { get; }

    /// <summary>Where the page is, and how more processes join.</summary>
    public string Greeting =>
        (PageAddress is null ? $"The service '{_service}' is at work." : $"The shop is open: {PageAddress}") +
        (_broker is null
            ? ""
            : $"\nMore of a service: --service billing --ConnectionStrings:broker={_broker.BootstrapServers}");

    /// <summary>The page of the order service; null where that runs elsewhere.</summary>
    public string? PageAddress => (Host as WebApplication)?.Urls.First();

    /// <summary>Ends when the process is told to.</summary>
    public Task Ended => Host.WaitForShutdownAsync();

    /// <summary>Starts the services that <c>--service</c> names; all of them unless told otherwise.</summary>
    /// <param name="args">Settings, as <c>--service billing</c>.</param>
    /// <param name="configure">What a test changes.</param>
    /// <exception cref="ArgumentException">There is no such service, or no broker for it.</exception>
    public static async Task<ShopProcess> StartAsync(
        string[] args, Action<IHostApplicationBuilder>? configure = null)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        var service = new ConfigurationBuilder().AddCommandLine(args).Build()["service"] ?? AnyService;
        var hasPage = service is AnyService or ServiceNames.Orders;
        if (!hasPage && !ServiceNames.Readers.Contains(service))
        {
            throw new ArgumentException(
                $"There is no service '{service}': --service all|orders|{string.Join('|', ServiceNames.Readers)}.");
        }

        // The whole shop, or its order service, may bring the broker. A service of its own must be told where it is.
        EmbeddedBroker? broker = null;
        if (settings.GetConnectionString("broker") is null)
        {
            broker = hasPage
                ? await StartBrokerAsync()
                : throw new ArgumentException(
                    $"The service '{service}' needs a broker: --ConnectionStrings:broker=host:port.");
        }

        try
        {
            var host = hasPage ? NewPage(args, service, broker, configure) : NewWorker(args, service, configure);
            await host.StartAsync();
            return new ShopProcess(host, service, broker);
        }
        catch
        {
            await (broker?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.IsCancellationRequested)
        {
            await Host.StopAsync();
        }

        Host.Dispose();
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    // In a folder of its own that goes with the process.
    private static Task<EmbeddedBroker> StartBrokerAsync() => EmbeddedBroker.StartAsync(new EmbeddedBrokerOptions
    {
        // Groups begin with their first member, and do not wait for others that might come.
        Settings = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "0" },
    });

    private static WebApplication NewPage(
        string[] args, string service, EmbeddedBroker? broker, Action<IHostApplicationBuilder>? configure)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration["urls"] ??= DefaultUrl;
        if (broker is not null)
        {
            builder.Configuration["ConnectionStrings:broker"] = broker.BootstrapServers;
        }

        builder.AddOrders();
        if (service == AnyService)
        {
            builder.AddInventory().AddBilling().AddNotifications();
        }

        Configure(builder, configure);
        var app = builder.Build();
        app.MapOrders();
        return app;
    }

    private static IHost NewWorker(string[] args, string service, Action<IHostApplicationBuilder>? configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(args);
        _ = service switch
        {
            ServiceNames.Inventory => builder.AddInventory(),
            ServiceNames.Billing => builder.AddBilling(),
            _ => builder.AddNotifications(),
        };
        Configure(builder, configure);
        return builder.Build();
    }

    private static void Configure(IHostApplicationBuilder builder, Action<IHostApplicationBuilder>? configure)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        configure?.Invoke(builder);
    }
}
