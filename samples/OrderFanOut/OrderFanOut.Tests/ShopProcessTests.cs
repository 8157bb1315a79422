using OrderFanOut.Services;

namespace OrderFanOut.Tests;

/// <summary>The services apart, each in a host of its own, with one broker.</summary>
public sealed class ShopProcessTests : ShopTest
{
    [Fact]
    public async Task Services_that_run_apart_do_the_same_and_the_page_knows_all_their_lags()
    {
        await using var broker = await StartBrokerAsync();
        await using var orders = await StartAsync("orders", broker);
        await using var inventory = await StartAsync("inventory", broker);
        await using var billing = await StartAsync("billing", broker);
        using var page = PageOf(orders);
        await Get<OrderDesk>(orders).PlaceSomeAsync(20, Cancel);

        // Nobody writes to the customers yet.
        var without = await WaitAsync(page, board => board.Groups.All(each =>
            each.Name == "notifications" ? each.Lag == 20 : each.Lag == 0));
        Assert.Equal((0, 1), (Group(without, "notifications").Members, Group(without, "billing").Members));

        await using var notifications = await StartAsync("notifications", broker);
        await WaitAsync(page, board => board.Done == 20 && IsCaughtUp(board));

        Assert.Equal(20, Get<Stock>(inventory).Once.Count);
        Assert.Equal(20, Get<Ledger>(billing).Once.Count);
        Assert.Equal(20, Get<Outbox>(notifications).Mails.Count);
    }

    [Fact]
    public async Task A_service_that_was_away_goes_on_where_it_stopped()
    {
        await using var broker = await StartBrokerAsync();
        await using var orders = await StartAsync("orders", broker);
        using var page = PageOf(orders);
        await using (var billing = await StartAsync("billing", broker))
        {
            await Get<OrderDesk>(orders).PlaceSomeAsync(10, Cancel);
            await WaitAsync(page, board => Group(board, "billing") is { Lag: 0, Handled: 10 });
        }

        await Get<OrderDesk>(orders).PlaceSomeAsync(7, Cancel);
        await WaitAsync(page, board => Group(board, "billing") is { Lag: 7, Members: 0 });

        await using var again = await StartAsync("billing", broker);
        await WaitAsync(page, board => Group(board, "billing") is { Lag: 0, Handled: 17 });
        Assert.Equal(7, Get<Ledger>(again).Once.Count);
    }

    [Fact]
    public async Task A_service_that_does_not_exist_is_refused()
    {
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("shipping"));

        Assert.Contains("all|orders|inventory|billing|notifications", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_its_own_must_be_told_its_broker()
    {
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("billing"));

        Assert.Contains("--ConnectionStrings:broker=host:port", wrong.Message, StringComparison.Ordinal);
    }
}
