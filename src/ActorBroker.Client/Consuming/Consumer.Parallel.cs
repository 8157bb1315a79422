using ActorBroker.Client.Consuming;
using ActorBroker.Client.Parallel;

namespace ActorBroker.Client;

/// <summary>Processing many records at a time.</summary>
public sealed partial class Consumer<TKey, TValue>
{
    /// <inheritdoc/>
    public async Task ConsumeParallelAsync(
        Func<ConsumeResult<TKey, TValue>, CancellationToken, ValueTask> handler,
        ParallelConsumeOptions? options = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new ParallelConsumeOptions();
        options.Validate();
        var source = BeginReading();
        var run = new ParallelConsumption<TKey, TValue>(
            handler, options, _coordinator, _turns, _cluster.Options.TimeProvider);
        try
        {
            await BeginParallelAsync(run).ConfigureAwait(false);
            var reader = new RecordEnumerator<TKey, TValue>(source, _keys, _values, _ => { }, cancel);
            await run.RunAsync(reader, source, cancel).ConfigureAwait(false);
        }
        finally
        {
            await EndParallelAsync().ConfigureAwait(false);
            EndReading(source);
        }
    }

    /// <summary>From here on only what the run stores is committed.</summary>
    private async Task BeginParallelAsync(ParallelConsumption<TKey, TValue> run)
    {
        if (_group is not null)
        {
            await _group.CommitProcessedAsync().ConfigureAwait(false);
            _coordinator.ForgetStored();
            _group.Drain = run.DrainAsync;
        }
    }

    private async Task EndParallelAsync()
    {
        if (_group is { Drain: not null })
        {
            await _group.CommitProcessedAsync().ConfigureAwait(false);
            _group.Drain = null;
            _coordinator.ForgetStored();
        }
    }
}
