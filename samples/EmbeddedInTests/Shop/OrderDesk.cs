using ActorBroker.Client;

namespace Shop;

/// <summary>Takes orders. A customer's orders keep their order, as the customer is the key.</summary>
public sealed class OrderDesk(KafkaClient client) : IAsyncDisposable
{
    private readonly Producer<string?, Order> _orders =
        client.CreateProducer(Serializers.Utf8, Serializers.Json(ShopJson.Default.Order));

    /// <summary>Takes an order and answers with its number, once the broker has it.</summary>
    public async Task<long> PlaceAsync(Order order, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(order.Count);
        var stored = await _orders.ProduceAsync(
            Topics.Orders, new Message<string?, Order>(order.Customer, order), cancel);
        return stored.Offset;
    }

    public ValueTask DisposeAsync() => _orders.DisposeAsync();
}
