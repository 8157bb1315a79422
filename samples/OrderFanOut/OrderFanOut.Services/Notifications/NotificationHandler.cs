using ActorBroker.Client;

namespace OrderFanOut.Services;

/// <summary>Writes to the customer.</summary>
public sealed class NotificationHandler(Outbox outbox, ITopicProducer<Guid, OrderStep> steps, Paces paces)
    : OrderHandler(ServiceNames.Notifications, outbox.Once, steps, paces)
{
    protected override void Do(Order order) => outbox.Send(order);

    protected override string Describe(Order order) => $"mail to {order.Customer}";
}
