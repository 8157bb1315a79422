// One timer per kind of work, never one per partition. A job that takes longer than its interval simply runs less
// often: it is armed again when it has ended.
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Background;

/// <summary>Work that comes back at an interval, never beside itself.</summary>
internal sealed class PeriodicJob : IAsyncDisposable
{
    private readonly string _name;
    private readonly TimeSpan _interval;
    private readonly Func<CancellationToken, Task> _work;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private Task _running = Task.CompletedTask;
    private bool _failing;

    public PeriodicJob(
        string name, long intervalMs, TimeProvider time, ILogger logger, Func<CancellationToken, Task> work)
    {
        _name = name;
        _interval = TimeSpan.FromMilliseconds(Math.Clamp(intervalMs, 1, 1L << 31));
        _work = work;
        _logger = logger;
        _stopped = _stop.Token;
        _timer = time.CreateTimer(
            static state => ((PeriodicJob)state!).Start(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks the work to end, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            _stop.Cancel();
            running = _running;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Start()
    {
        lock (_gate)
        {
            if (!_stopped.IsCancellationRequested)
            {
                _running = Task.Run(RunAsync);
            }
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await _work(_stopped).ConfigureAwait(false);
            _failing = false;
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // A job that failed is reported once, and tried again at its next time.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!_failing)
            {
                _failing = true;
                BackgroundLogs.JobFailed(_logger, _name, failure);
            }
        }

        lock (_gate)
        {
            if (!_stopped.IsCancellationRequested)
            {
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
