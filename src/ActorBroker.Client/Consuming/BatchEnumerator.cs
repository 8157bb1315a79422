namespace ActorBroker.Client.Consuming;

/// <summary>Hands out whole batches; as long as one is at hand, without waiting.</summary>
internal sealed class BatchEnumerator(BatchSource source, Action<BatchSource> done, CancellationToken cancel)
    : IAsyncEnumerator<ConsumedBatch>
{
    private bool _isDone;

    public ConsumedBatch Current { get; private set; } = null!;

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

    private bool TryMoveNext()
    {
        if (!source.TryMoveNext())
        {
            return false;
        }

        Current = source.Show();
        return true;
    }
}
