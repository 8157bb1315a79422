namespace ActorBroker.Broker.Cluster.Local;

/// <summary>
/// What a broker sees of another: alive from the first time that its counter moved, until it left, its process ended,
/// or the counter stood still for too long.
/// </summary>
/// <param name="first">Its lease when it was seen first, which tells nothing: it may be years old.</param>
/// <param name="isClaimed">Whether a process has its id.</param>
internal sealed class WatchedBroker(Lease first, bool isClaimed)
{
    private Lease _lease = first;
    private long _stillMs;

    /// <summary>It lives.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>It is known whether it lives.</summary>
    public bool IsSettled { get; private set; } = !isClaimed || first.Counter == Lease.Left;

    /// <summary>Its broker epoch.</summary>
    public long Epoch => _lease.Epoch;

    /// <summary>Takes its lease as it is now, null where that can't be read; the reason where it is dead.</summary>
    public string? See(Lease? seen, long unseenMs, long sessionMs)
    {
        if (seen is not { } lease || lease == _lease)
        {
            _stillMs += unseenMs;
            return _stillMs >= sessionMs ? Die($"no sign of life for {sessionMs} ms") : null;
        }

        _lease = lease;
        _stillMs = 0;
        if (lease.Counter == Lease.Left)
        {
            return Die("it left");
        }

        IsAlive = IsSettled = true;
        return null;
    }

    /// <summary>Its process is gone.</summary>
    public string End() => Die("its process has ended");

    private string Die(string reason)
    {
        IsAlive = false;
        IsSettled = true;
        return reason;
    }
}
