using System.Net;
using OrderFanOut.Services;

namespace OrderFanOut.Tests;

/// <summary>What the page shows and does.</summary>
public sealed class OrderPageTests : ShopTest
{
    [Fact]
    public async Task It_answers_and_needs_nothing_from_elsewhere()
    {
        await using var shop = await StartAsync();
        using var page = PageOf(shop);

        var html = await page.GetStringAsync("", Cancel);

        Assert.Contains("<h1>Order fan-out</h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Contains(shop.PageAddress!, shop.Greeting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_that_are_placed_by_it_are_seen_at_every_service()
    {
        await using var shop = await StartAsync();
        using var page = PageOf(shop);

        await PostAsync(page, "api/orders?count=5");
        var board = await WaitAsync(page, board => board.Done == 5 && IsCaughtUp(board));

        Assert.Equal(5, board.Orders.Count);
        Assert.All(board.Orders, order => Assert.Equal(ServiceNames.Readers.Order(), order.Steps.Keys.Order()));
        Assert.All(board.Orders, order => Assert.Equal($"mail to {order.Customer}", order.Steps["notifications"]));
    }

    [Fact]
    public async Task A_paused_service_falls_behind_and_catches_up_and_the_others_go_on()
    {
        await using var shop = await StartAsync();
        using var page = PageOf(shop);

        await PostAsync(page, "api/pace?service=billing&pace=Paused");
        await WaitAsync(page, board => Group(board, "billing").Pace == "Paused");
        await PostAsync(page, "api/orders?count=50");
        var paused = await WaitAsync(page, board => Group(board, "billing").Lag == 50 &&
            Group(board, "inventory") is { Lag: 0, Handled: 50 } && Group(board, "notifications").Lag == 0);
        Assert.Equal((0, 0), (paused.Done, Group(paused, "billing").Handled));

        await PostAsync(page, "api/pace?service=billing&pace=Full");
        await WaitAsync(page, board => board.Done == 50 && IsCaughtUp(board));
    }

    [Fact]
    public async Task Customers_order_by_themselves_while_they_are_asked_to()
    {
        await using var shop = await StartAsync();
        using var page = PageOf(shop);

        await PostAsync(page, "api/traffic?perSecond=50");
        await WaitAsync(page, board => board is { Placed: >= 10, PerSecond: 50 });
        await PostAsync(page, "api/traffic?perSecond=0");
        await WaitAsync(page, board => board.Done == board.Placed && board.PerSecond == 0 && IsCaughtUp(board));
    }

    [Fact]
    public async Task A_pace_of_nobody_is_refused()
    {
        await using var shop = await StartAsync();
        using var page = PageOf(shop);

        var path = new Uri("api/pace?service=nobody&pace=Slow", UriKind.Relative);
        using var answer = await page.PostAsync(path, null, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static async Task PostAsync(HttpClient page, string path)
    {
        using var answer = await page.PostAsync(new Uri(path, UriKind.Relative), null, Cancel);
        answer.EnsureSuccessStatusCode();
    }
}
