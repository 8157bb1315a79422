namespace OrderFanOut.Services;

/// <summary>The mails that went out.</summary>
public sealed class Outbox
{
    private readonly List<string> _mails = [];

    public OncePerOrder Once { get; } = new();

    public IReadOnlyList<string> Mails => Once.Read(() => _mails.ToArray());

    internal void Send(Order order) => _mails.Add($"{order.Customer}: your order {order.Id} is on its way");
}
