namespace Shop.Tests;

public sealed class OrderDeskTests : ShopTest
{
    [Fact]
    public async Task An_order_that_was_placed_is_in_the_topic()
    {
        await using var desk = new OrderDesk(Client);
        var tea = new Order("ada", "tea", 2, 3.50m);
        var milk = new Order("grace", "milk", 1, 1.20m);

        Assert.Equal(0, await desk.PlaceAsync(tea, Cancel));
        Assert.Equal(1, await desk.PlaceAsync(milk, Cancel));

        Assert.Equal([tea, milk], await ReadAsync(Topics.Orders, 2, ShopJson.Default.Order));
    }

    [Fact]
    public async Task An_order_of_nothing_is_refused()
    {
        await using var desk = new OrderDesk(Client);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => desk.PlaceAsync(new Order("ada", "tea", 0, 3.50m), Cancel));
    }
}
