namespace OrderFanOut.Services;

/// <summary>What is reserved of each item, for orders.</summary>
public sealed class Stock
{
    private readonly Dictionary<string, int> _reserved = [];

    public OncePerOrder Once { get; } = new();

    /// <summary>How much of an item is reserved.</summary>
    public int ReservedOf(string item) => Once.Read(() => _reserved.GetValueOrDefault(item));

    internal void Reserve(Order order) =>
        _reserved[order.Item] = _reserved.GetValueOrDefault(order.Item) + order.Count;
}
