namespace ActorBroker.Gateway.Transport;

/// <summary>
/// Lets a gateway stand still as a stopped process does: its connections stay open, but nothing is read and nothing is
/// sent until it goes on. For tests of what clients do then.
/// </summary>
public sealed class PauseGate
{
    private TaskCompletionSource? _paused;

    /// <summary>Ends when the gateway goes on; null: it is not paused.</summary>
    internal Task? Pause => Volatile.Read(ref _paused)?.Task;

    /// <summary>Nothing passes from here on.</summary>
    public void Close() => Interlocked.CompareExchange(
        ref _paused, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>Everything that waited passes.</summary>
    public void Open() => Interlocked.Exchange(ref _paused, null)?.TrySetResult();
}
