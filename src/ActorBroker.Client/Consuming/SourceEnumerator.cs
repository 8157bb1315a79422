namespace ActorBroker.Client.Consuming;

/// <summary>What a reader of a consumer does: as long as something is at hand it goes on without waiting.</summary>
/// <param name="source">Where batches come from.</param>
/// <param name="done">Told once, when the reader stops.</param>
/// <param name="cancel">Ends the reading.</param>
internal abstract class SourceEnumerator<T>(
    BatchSource source, Action<BatchSource> done, CancellationToken cancel) : IAsyncEnumerator<T>
{
    private bool _isDone;

    public T Current { get; protected set; } = default!;

    protected BatchSource Source => source;

    public ValueTask<bool> MoveNextAsync()
    {
        cancel.ThrowIfCancellationRequested();
        return TryMoveNext() ? new ValueTask<bool>(true) : WaitAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (!_isDone)
        {
            _isDone = true;
            done(source);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Goes to the next item, where one is at hand.</summary>
    protected abstract bool TryMoveNext();

    private async ValueTask<bool> WaitAsync()
    {
        while (await source.WaitAsync(cancel).ConfigureAwait(false))
        {
            if (TryMoveNext())
            {
                return true;
            }
        }

        return false;
    }
}
