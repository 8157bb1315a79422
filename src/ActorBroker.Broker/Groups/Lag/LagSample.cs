namespace ActorBroker.Broker.Groups.Lag;

/// <summary>
/// The lag of all groups as metrics show it: taken when somebody looks, never while nobody does, and never on the
/// thread of who looks.
/// </summary>
public sealed class LagSample
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly GroupLag _lag;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task _taking = Task.CompletedTask;
    private long _takenAt;
    private volatile GroupLagListing? _latest;

    internal LagSample(GroupLag lag, TimeProvider time)
    {
        _lag = lag;
        _time = time;
    }

    /// <summary>The latest; null before the first. Asking begins a new one where this one is older than a second.</summary>
    public GroupLagListing? Latest
    {
        get
        {
            _ = RefreshAsync();
            return _latest;
        }
    }

    /// <summary>Completes when the sample is fresh: at once where it is, and never with a fault.</summary>
    public Task RefreshAsync()
    {
        lock (_gate)
        {
            if (_taking.IsCompleted && (_latest is null || _time.GetElapsedTime(_takenAt) >= FreshFor))
            {
                _taking = Task.Run(TakeAsync);
            }

            return _taking;
        }
    }

    private async Task TakeAsync()
    {
        var sample = await _lag.ListAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _takenAt = _time.GetTimestamp();
            _latest = sample;
        }
    }
}
