namespace Shop.Tests;

public sealed class InvoiceWriterTests : ShopTest
{
    [Fact]
    public async Task Each_order_gets_an_invoice()
    {
        await RunWriterAsync(async desk =>
        {
            await desk.PlaceAsync(new Order("ada", "tea", 2, 3.50m), Cancel);
            await desk.PlaceAsync(new Order("grace", "milk", 3, 1.20m), Cancel);

            Assert.Equal(
                [new Invoice("ada", 0, 7.00m), new Invoice("grace", 1, 3.60m)],
                await ReadAsync(Topics.Invoices, 2, ShopJson.Default.Invoice));
        });
    }

    [Fact]
    public async Task The_shop_goes_on_when_the_broker_was_restarted()
    {
        await RunWriterAsync(async desk =>
        {
            await desk.PlaceAsync(new Order("ada", "tea", 1, 3.50m), Cancel);
            await ReadAsync(Topics.Invoices, 1, ShopJson.Default.Invoice);

            await Broker.RestartAsync(Cancel);
            await desk.PlaceAsync(new Order("ada", "cake", 1, 9.00m), Cancel);

            var invoices = await ReadAsync(Topics.Invoices, 2, ShopJson.Default.Invoice);
            Assert.Equal([3.50m, 9.00m], invoices.Select(invoice => invoice.Total));
        });
    }

    /// <summary>Runs a test beside the writer, and fails as soon as the writer does.</summary>
    private async Task RunWriterAsync(Func<OrderDesk, Task> test)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var desk = new OrderDesk(Client);
        var writer = new InvoiceWriter(Client).RunAsync(enough.Token);
        await await Task.WhenAny(test(desk), writer);

        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
    }
}
