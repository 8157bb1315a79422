namespace ActorBroker.Broker.Replication;

/// <summary>
/// So many bytes per second for all throttled replicas of a broker together (KIP-73), with one second's worth at once.
/// An append is never cut to fit: whoever passes may leave a debt, and the next waits until it is paid.
/// </summary>
internal sealed class ReplicationQuota
{
    /// <summary>The longest rest: a rate that was raised meanwhile holds after so long at the latest.</summary>
    public const int RestMsMax = 300_000;

    private readonly Lock _gate = new();
    private long _rate = long.MaxValue;
    private double _bytes;
    private long _filledMs = long.MinValue;

    /// <summary>Bytes per second; <see cref="long.MaxValue"/>: as many as there are.</summary>
    public long Rate
    {
        get => Volatile.Read(ref _rate);
        set
        {
            lock (_gate)
            {
                Volatile.Write(ref _rate, value);
                (_bytes, _filledMs) = (value, long.MinValue);
            }
        }
    }

    /// <summary>Counts what passed.</summary>
    public void Take(int bytes, long nowMs)
    {
        if (Rate != long.MaxValue)
        {
            lock (_gate)
            {
                Fill(nowMs);
                _bytes -= bytes;
            }
        }
    }

    /// <summary>Milliseconds until something may pass; 0: now.</summary>
    public long RestMs(long nowMs)
    {
        if (Rate == long.MaxValue)
        {
            return 0;
        }

        lock (_gate)
        {
            Fill(nowMs);
            if (_bytes > 0)
            {
                return 0;
            }

            return _rate == 0 ? RestMsMax : (long)Math.Min(1 - (_bytes * 1000 / _rate), RestMsMax);
        }
    }

    private void Fill(long nowMs)
    {
        if (_filledMs != long.MinValue)
        {
            _bytes = Math.Min(_rate, _bytes + (_rate * (nowMs - _filledMs) / 1000.0));
        }

        _filledMs = nowMs;
    }
}
