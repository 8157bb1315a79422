using Microsoft.Extensions.Logging;

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
    private readonly ILogger<GroupLag> _logger;
    private Task _taking = Task.CompletedTask;
    private long? _takenAt;
    private bool _isFailing;
    private volatile GroupLagListing? _latest;

    internal LagSample(GroupLag lag, TimeProvider time, ILogger<GroupLag> logger)
    {
        _logger = logger;
        _lag = lag;
        _time = time;
    }

    /// <summary>
    /// The latest; null before the first. Asking begins a new one where this one is older than a second.
    /// </summary>
    public GroupLagListing? Latest
    {
        get
        {
            _ = RefreshAsync();
            return _latest;
        }
    }

    /// <summary>
    /// Completes when the sample is fresh: at once where it is, and never with a fault. However many ask, one is taken;
    /// one that can't be leaves the latest in its place, for a second as any other.
    /// </summary>
    public Task RefreshAsync()
    {
        lock (_gate)
        {
            if (_taking.IsCompleted && !(_takenAt is { } takenAt && _time.GetElapsedTime(takenAt) < FreshFor))
            {
                _taking = Task.Run(TakeAsync);
            }

            return _taking;
        }
    }

    private async Task TakeAsync()
    {
        try
        {
            _latest = await _lag.ListAsync().ConfigureAwait(false);
            _isFailing = false;
        }
#pragma warning disable CA1031 // Whatever it was, nobody awaits it: it is told here, once, and tried again later.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!_isFailing)
            {
                _isFailing = true;
                GroupLogs.LagUnknown(_logger, failure);
            }
        }
        finally
        {
            lock (_gate)
            {
                _takenAt = _time.GetTimestamp();
            }
        }
    }
}
