namespace OrderFanOut.Services;

/// <summary>What customers owe.</summary>
public sealed class Ledger
{
    private decimal _total;

    public OncePerOrder Once { get; } = new();

    public decimal Total => Once.Read(() => _total);

    internal void Charge(Order order) => _total += order.Total;
}
