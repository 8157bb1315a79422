namespace OrderFanOut.Services;

/// <summary>The services; each is a consumer group of this name.</summary>
public static class ServiceNames
{
    public const string Orders = "orders";

    public const string Inventory = "inventory";

    public const string Billing = "billing";

    public const string Notifications = "notifications";

    /// <summary>Those that read the orders.</summary>
    public static IReadOnlyList<string> Readers { get; } = [Inventory, Billing, Notifications];
}
