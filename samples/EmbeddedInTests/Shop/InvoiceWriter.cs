using ActorBroker.Client;
using ActorBroker.Records;

namespace Shop;

/// <summary>Writes an invoice for each order, from the first one on, until it is cancelled.</summary>
public sealed class InvoiceWriter(KafkaClient client)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var orders = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Json(ShopJson.Default.Order));
        await using var invoices = client.CreateProducer(
            Serializers.Utf8, Serializers.Json(ShopJson.Default.Invoice));
        orders.Assign(new TopicPartition(Topics.Orders, 0), StartPosition.Earliest);
        await foreach (var record in orders.ReadAllAsync(cancel))
        {
            var order = record.Value!;
            var invoice = new Invoice(order.Customer, record.Offset, order.Count * order.UnitPrice);
            await invoices.ProduceAsync(
                Topics.Invoices, new Message<string?, Invoice>(invoice.Customer, invoice), cancel);
        }
    }
}
