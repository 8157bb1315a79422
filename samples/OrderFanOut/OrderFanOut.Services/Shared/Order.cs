namespace OrderFanOut.Services;

/// <summary>What a customer ordered. The id makes it the same order, however often it comes.</summary>
public sealed record Order(
    Guid Id, string Customer, string Item, int Count, decimal UnitPrice, DateTimeOffset PlacedAt)
{
    public decimal Total => Count * UnitPrice;
}
