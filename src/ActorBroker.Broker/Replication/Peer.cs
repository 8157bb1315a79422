namespace ActorBroker.Broker.Replication;

/// <summary>
/// Another broker as the leaders here see it: whether it is alive, and how much is on the way to it. Each partition has
/// a window of its own; what all of them together hold in memory for one broker is bounded here.
/// </summary>
internal sealed class Peer(int brokerId)
{
    /// <summary>Bytes on the way to one broker, over all partitions.</summary>
    public const long InFlightBytesMax = 64 << 20;

    private readonly Lock _gate = new();
    // Each of those who wait once, however often it asks: as many as there are partitions.
    private readonly HashSet<IWakeable> _waiting = [];
    private long _bytes;
    private bool _isAwaited;
    private bool _isLive;
    private long _brokerEpoch = -1;
    private long _restsUntilMs;

    public int BrokerId => brokerId;

    /// <summary>It can be reached, as far as membership knows: nothing is sent to the dead.</summary>
    public bool IsLive => Volatile.Read(ref _isLive);

    /// <summary>What is known of it now. True: it is back, or in another life.</summary>
    public bool See(bool isLive, long brokerEpoch)
    {
        var isBack = isLive && (!IsLive || _brokerEpoch != brokerEpoch);
        _brokerEpoch = brokerEpoch;
        Volatile.Write(ref _isLive, isLive);
        return isBack;
    }

    /// <summary>Until when it asks not to be sent more for throttled replicas; by the monotonic clock.</summary>
    public long RestsUntilMs
    {
        get => Interlocked.Read(ref _restsUntilMs);
        set => Interlocked.Exchange(ref _restsUntilMs, value);
    }

    /// <summary>Bytes sent and not answered.</summary>
    public long InFlightBytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// Makes room for an append, one of any size where nothing else is on the way; otherwise false, and the waiter is
    /// woken when there is room.
    /// </summary>
    public bool TryTake(int bytes, IWakeable waiter)
    {
        if (TryAdd(bytes))
        {
            return true;
        }

        lock (_gate)
        {
            _waiting.Add(waiter);
            Volatile.Write(ref _isAwaited, true);
        }

        // Whoever gave room before it saw the waiter has woken nobody. One that is woken in vain loses nothing.
        return TryAdd(bytes);
    }

    /// <summary>
    /// Of the room that was taken for an append so much is needed; more than was taken only for a single large batch.
    /// </summary>
    public void Settle(int taken, int used) => Give(taken - used);

    /// <summary>An append is answered.</summary>
    public void Give(int bytes)
    {
        if (Interlocked.Add(ref _bytes, -bytes) >= InFlightBytesMax / 2 || !Volatile.Read(ref _isAwaited))
        {
            return;
        }

        IWakeable[] woken;
        lock (_gate)
        {
            woken = [.. _waiting];
            _waiting.Clear();
            Volatile.Write(ref _isAwaited, false);
        }

        foreach (var waiter in woken)
        {
            waiter.Wake();
        }
    }

    private bool TryAdd(int bytes)
    {
        var now = Interlocked.Add(ref _bytes, bytes);
        if (now <= InFlightBytesMax || now == bytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }
}

/// <summary>Whoever waits for something that other threads bring.</summary>
internal interface IWakeable
{
    /// <summary>There may be something to do. Any thread; cheap, and never throws.</summary>
    void Wake();
}
