namespace Shop;

public static class Topics
{
    public const string Orders = "orders";

    public const string Invoices = "invoices";
}
