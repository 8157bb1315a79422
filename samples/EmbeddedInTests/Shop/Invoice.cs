namespace Shop;

public sealed record Invoice(string Customer, long OrderNumber, decimal Total);
