using System.Globalization;
using ActorBroker.Client;

namespace OrderFanOut.Services;

/// <summary>Charges the customer.</summary>
public sealed class BillingHandler(Ledger ledger, ITopicProducer<Guid, OrderStep> steps, Paces paces)
    : OrderHandler(ServiceNames.Billing, ledger.Once, steps, paces)
{
    protected override void Do(Order order) => ledger.Charge(order);

    protected override string Describe(Order order) =>
        order.Total.ToString("0.00", CultureInfo.InvariantCulture) + " € charged";
}
