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

    public ValueTask<bool> MoveNextAsync() => MoveNextAsync(cancel, cancel);

    /// <summary>The same, ended by other tokens.</summary>
    /// <param name="cancel">Ends everything.</param>
    /// <param name="patience">Ends the waiting for something to be ready, and nothing else.</param>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancel, CancellationToken patience)
    {
        cancel.ThrowIfCancellationRequested();
        source.Settle();
        return !source.HasTurns && TryMoveNext() ? new ValueTask<bool>(true) : WaitAsync(cancel, patience);
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

    private async ValueTask<bool> WaitAsync(CancellationToken cancel, CancellationToken patience)
    {
        do
        {
            // Without a pause between: what is done in a turn may have made something void, or ready.
            await source.RunTurnsAsync(cancel).ConfigureAwait(false);
            if (TryMoveNext())
            {
                return true;
            }
        }
        while (source.HasTurns || await source.WaitAsync(patience).ConfigureAwait(false));
        return false;
    }
}
