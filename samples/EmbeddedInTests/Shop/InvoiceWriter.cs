using System.Text.Json;
using ActorBroker.Client;

namespace Shop;

/// <summary>Writes an invoice for each order, from the first one on, until it is cancelled.</summary>
public sealed class InvoiceWriter(KafkaClient client)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var orders = client.CreateConsumer(Topics.Orders, partition: 0, StartPosition.Earliest);
        await using var invoices = client.CreateProducer(
            Serializers.Utf8, Serializers.Json(ShopJson.Default.Invoice));
        await foreach (var record in orders.ReadAsync(cancel: cancel))
        {
            var order = JsonSerializer.Deserialize(record.Value!.Value.Span, ShopJson.Default.Order)!;
            var invoice = new Invoice(order.Customer, record.Offset, order.Count * order.UnitPrice);
            await invoices.ProduceAsync(
                Topics.Invoices, new Message<string?, Invoice>(invoice.Customer, invoice), cancel);
        }
    }
}
