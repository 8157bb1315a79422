namespace ActorBroker.Broker.Replication;

/// <summary>
/// One timer for all partitions that have something to tell which nothing carries: a higher high watermark or log
/// start, after the last append was answered. While nobody has, nothing ticks.
/// </summary>
internal sealed class NewsTick : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private List<IWakeable> _due = [];
    private List<IWakeable> _ringing = [];
    private bool _isArmed;
    private bool _isStopped;

    public NewsTick(TimeProvider time) => _timer = time.CreateTimer(
        static state => ((NewsTick)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Wakes it at the next tick.</summary>
    public void Add(IWakeable teller)
    {
        lock (_gate)
        {
            _due.Add(teller);
            Arm();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
        }

        _timer.Dispose();
    }

    private void Arm()
    {
        if (!_isArmed && !_isStopped && _due.Count > 0)
        {
            _isArmed = true;
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring()
    {
        lock (_gate)
        {
            (_due, _ringing) = (_ringing, _due);
        }

        // The timer is armed again below, so nobody else is here.
        foreach (var teller in _ringing)
        {
            teller.Wake();
        }

        _ringing.Clear();
        lock (_gate)
        {
            _isArmed = false;
            Arm();
        }
    }
}
