namespace OrderFanOut.Services;

/// <summary>
/// Makes an effect happen once for an order, however often the order comes. That turns at-least-once delivery into
/// exactly-once effects.
/// </summary>
/// <remarks>
/// It remembers in memory, which does for a sample. A real service keeps the ids beside what the effect changes, under
/// a unique key, and writes both in ONE transaction: <c>insert into handled_orders ...</c> fails for a repeated order,
/// and what is committed is the effect together with the knowledge of it. So it holds across crashes and processes.
/// </remarks>
public sealed class OncePerOrder
{
    private readonly Lock _gate = new();
    private readonly HashSet<Guid> _handled = [];
    private int _repeats;

    /// <summary>How many orders had their effect.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _handled.Count;
            }
        }
    }

    /// <summary>How often an order came that had its effect already.</summary>
    public int Repeats
    {
        get
        {
            lock (_gate)
            {
                return _repeats;
            }
        }
    }

    /// <summary>Has the effect, unless this order had it; the effect and the knowledge of it are one step.</summary>
    public void Do(Guid orderId, Action effect)
    {
        lock (_gate)
        {
            if (_handled.Contains(orderId))
            {
                _repeats++;
                return;
            }

            effect();
            _handled.Add(orderId);
        }
    }

    /// <summary>Reads what effects have changed, with none of them half done.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
