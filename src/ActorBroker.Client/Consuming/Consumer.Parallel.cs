namespace ActorBroker.Client;

/// <summary>Processing many records at a time.</summary>
public sealed partial class Consumer<TKey, TValue>
{
    /// <inheritdoc/>
    public Task ConsumeParallelAsync(
        Func<ConsumeResult<TKey, TValue>, CancellationToken, ValueTask> handler,
        ParallelConsumeOptions? options = null,
        CancellationToken cancel = default) => throw new NotSupportedException();
}
