using ActorBroker.Client;

namespace OrderFanOut.Services;

/// <summary>Takes orders: an order is placed when the broker has it.</summary>
public sealed class OrderDesk(ITopicProducer<Guid, Order> orders, FanOutTopics topics, Board board)
{
    private static readonly string[] Customers = ["ada", "grace", "edsger", "barbara", "donald", "margaret"];

    private static readonly (string Name, decimal Price)[] Items =
        [("tea", 3.50m), ("coffee", 4.20m), ("cake", 5.00m), ("scone", 2.80m), ("jam", 6.10m)];

    public async Task PlaceAsync(Order order, CancellationToken cancel)
    {
        await topics.ReadyAsync(cancel);

        // Before it is sent: the services may be faster than the acknowledgement.
        board.Placed(order);
        await orders.ProduceAsync(order.Id, order, cancel);
    }

    /// <summary>Places orders of nobody in particular.</summary>
    public Task PlaceSomeAsync(int count, CancellationToken cancel) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => PlaceAsync(Any(Random.Shared), cancel)));

    public static Order Any(Random random)
    {
        var (item, price) = Items[random.Next(Items.Length)];
        var customer = Customers[random.Next(Customers.Length)];
        return new Order(Guid.NewGuid(), customer, item, random.Next(1, 6), price, DateTimeOffset.UtcNow);
    }
}
