namespace Shop;

public sealed record Order(string Customer, string Article, int Count, decimal UnitPrice);
