namespace OrderFanOut.Services;

/// <summary>
/// The orders that were placed here, and what was done for them. A step that is told twice is one step: the board is
/// idempotent, too.
/// </summary>
/// <remarks>It lives as long as its process; a real one is a table that steps are merged into.</remarks>
public sealed class Board
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<Guid, Entry> _byId = [];
    private readonly Dictionary<string, int> _handled = [];
    private int _done;

    private sealed record Entry(Order Order, Dictionary<string, string> Steps);

    public void Placed(Order order)
    {
        lock (_gate)
        {
            var entry = new Entry(order, []);
            if (_byId.TryAdd(order.Id, entry))
            {
                _entries.Add(entry);
            }
        }
    }

    /// <summary>A service has done its part. An order that was placed elsewhere is none of this board.</summary>
    public void Done(Guid orderId, OrderStep step)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(orderId, out var entry) && entry.Steps.TryAdd(step.Service, step.Result))
            {
                _handled[step.Service] = _handled.GetValueOrDefault(step.Service) + 1;
                _done += entry.Steps.Count == ServiceNames.Readers.Count ? 1 : 0;
            }
        }
    }

    /// <summary>How many orders were placed, and how many of them every service has handled.</summary>
    public (int Placed, int Done) Count()
    {
        lock (_gate)
        {
            return (_entries.Count, _done);
        }
    }

    /// <summary>How many orders a service has handled.</summary>
    public int HandledBy(string service)
    {
        lock (_gate)
        {
            return _handled.GetValueOrDefault(service);
        }
    }

    /// <summary>The newest orders, the newest first.</summary>
    public IReadOnlyList<OrderView> Newest(int count)
    {
        lock (_gate)
        {
            return [.. _entries.TakeLast(count).Reverse().Select(each => new OrderView(
                each.Order.Id.ToString("N")[..8], each.Order.Customer, each.Order.Item, each.Order.Count,
                each.Order.Total, new Dictionary<string, string>(each.Steps)))];
        }
    }
}
