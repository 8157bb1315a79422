namespace OrderFanOut.Services;

/// <summary>What the services tell each other.</summary>
public static class Topics
{
    /// <summary>Each order once, under its id.</summary>
    public const string Orders = "orders";

    /// <summary>What a service has done for an order, under the order's id.</summary>
    public const string Steps = "order-steps";

    /// <summary>How fast each service is to work, under its name: compacted, as only the newest counts.</summary>
    public const string Paces = "service-paces";
}
