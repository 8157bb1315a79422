using System.Runtime.InteropServices;

namespace ActorBroker.Server;

/// <summary>
/// SIGTERM and Ctrl+C ask for an orderly stop. Asked twice, the process ends at once: no acknowledged record is lost,
/// but the next start has to recover.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _asked;

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
        // Twice: the runtime's own handling goes on, and ends the process.
        if (Interlocked.Increment(ref _asked) > 1)
        {
            return;
        }

        context.Cancel = true;
        Reason = context.Signal.ToString();
        _stop.Cancel();
    }
}
