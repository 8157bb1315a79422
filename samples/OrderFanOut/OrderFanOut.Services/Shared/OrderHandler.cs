using ActorBroker.Client;

namespace OrderFanOut.Services;

/// <summary>
/// What the three services that read the orders have in common: do it once, then tell it. A crash between the two, or
/// before the record is committed, brings the order again; it is then told again and not done again.
/// </summary>
public abstract class OrderHandler(
    string service, OncePerOrder once, ITopicProducer<Guid, OrderStep> steps, Paces paces)
    : IRecordHandler<Guid, Order>
{
    public async Task HandleAsync(ConsumeResult<Guid, Order> record, CancellationToken cancel)
    {
        await paces.WaitAsync(service, cancel);
        var order = record.Value;
        once.Do(order.Id, () => Do(order));
        await steps.ProduceAsync(order.Id, new OrderStep(service, Describe(order)), cancel);
    }

    /// <summary>The effect.</summary>
    protected abstract void Do(Order order);

    /// <summary>The effect in a few words.</summary>
    protected abstract string Describe(Order order);
}
