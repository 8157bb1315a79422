using System.Net.Http.Json;
using ActorBroker.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderFanOut.Services;

namespace OrderFanOut.Tests;

/// <summary>Starts shops on free ports, and waits for what they do.</summary>
public abstract class ShopTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected static Task<EmbeddedBroker> StartBrokerAsync() => EmbeddedBroker.StartAsync(
        new EmbeddedBrokerOptions
        {
            Settings = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "0" },
        },
        Cancel);

    /// <summary>Some services of the shop, as a process of their own would run them.</summary>
    protected static Task<ShopProcess> StartAsync(
        string service = "all", EmbeddedBroker? broker = null, Action<IHostApplicationBuilder>? configure = null)
    {
        List<string> args = ["--service", service, "--urls", "http://127.0.0.1:0"];
        if (broker is not null)
        {
            args.AddRange(["--ConnectionStrings:broker", broker.BootstrapServers]);
        }

        return ShopProcess.StartAsync([.. args], builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });
    }

    protected static HttpClient PageOf(ShopProcess shop) => new() { BaseAddress = new Uri(shop.PageAddress!) };

    protected static async Task<BoardView> BoardAsync(HttpClient page) =>
        (await page.GetFromJsonAsync("api/board", FanOutJson.Default.BoardView, Cancel))!;

    /// <summary>The first board that is as expected.</summary>
    protected static async Task<BoardView> WaitAsync(HttpClient page, Func<BoardView, bool> isExpected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);
        while (true)
        {
            var board = await BoardAsync(page);
            if (isExpected(board))
            {
                return board;
            }

            Assert.False(patience.IsCancellationRequested, $"It stays {board}: {string.Join("; ", board.Groups)}");
            await Task.Delay(20, Cancel);
        }
    }

    protected static GroupView Group(BoardView board, string name) => board.Groups.Single(each => each.Name == name);

    protected static bool IsCaughtUp(BoardView board) => board.Groups.All(each => each.Lag == 0);

    protected static T Get<T>(ShopProcess shop)
        where T : notnull => shop.Host.Services.GetRequiredService<T>();
}
