using ActorBroker.Client;

namespace OrderFanOut.Services;

/// <summary>Reserves what was ordered.</summary>
public sealed class InventoryHandler(Stock stock, ITopicProducer<Guid, OrderStep> steps, Paces paces)
    : OrderHandler(ServiceNames.Inventory, stock.Once, steps, paces)
{
    protected override void Do(Order order) => stock.Reserve(order);

    protected override string Describe(Order order) => $"{order.Count} × {order.Item} reserved";
}
