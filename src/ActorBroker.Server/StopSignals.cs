using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorBroker.Server;

/// <summary>
/// SIGTERM and Ctrl+C ask for an orderly stop. Asked twice, the process ends at once: no acknowledged record is lost,
/// but the next start has to recover. What comes in quick succession is one request: a terminal signals every process,
/// and whoever started this one may pass the same signal on.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Lock _gate = new();
    private long? _askedAt;

    public StopSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>The signal that came, for people.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Waits for the first signal.</summary>
    public Task WaitAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Stop.Register(asked.SetResult);
        return asked.Task;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        lock (_gate)
        {
            if (_askedAt is { } askedAt)
            {
                // Twice: the runtime's own handling goes on, and ends the process.
                context.Cancel = Stopwatch.GetElapsedTime(askedAt) < Echo;
                return;
            }

            _askedAt = Stopwatch.GetTimestamp();
        }

        context.Cancel = true;
        Reason = context.Signal.ToString();
        _stop.Cancel();
    }
}
