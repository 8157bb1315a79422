using ActorBroker.Client.Consuming;

namespace ActorBroker.Client;

/// <summary>Reading some records at a time.</summary>
public sealed partial class Consumer<TKey, TValue>
{
    // Polls go on in the middle of a batch; any other reader between two of them makes it void.
    private RecordEnumerator<TKey, TValue>? _polling;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ConsumeResult<TKey, TValue>>> PollAsync(
        TimeSpan timeout, CancellationToken cancel = default)
    {
        var source = BeginReading(keepsPolling: true);
        try
        {
            var reader = _polling ??= new RecordEnumerator<TKey, TValue>(source, _keys, _values, _ => { }, default);
            var records = new List<ConsumeResult<TKey, TValue>>();
            if (!await TryReadFirstAsync(reader, timeout, cancel).ConfigureAwait(false))
            {
                return records;
            }

            do
            {
                records.Add(reader.Current);
            }
            while (records.Count < _options.MaxPollRecords && TryReadNext(reader));
            return records;
        }
        catch
        {
            _polling = null;
            throw;
        }
        finally
        {
            EndReading(source);
        }
    }

    private static bool TryReadNext(RecordEnumerator<TKey, TValue> reader)
    {
        try
        {
            return reader.TryGoOn();
        }
        catch (KafkaException)
        {
            // What was read before it is not to be lost; the next poll meets the failure again.
            return false;
        }
    }

    private async ValueTask<bool> TryReadFirstAsync(
        RecordEnumerator<TKey, TValue> reader, TimeSpan timeout, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(timeout, _cluster.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            return await reader.MoveNextAsync(cancel, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (
            patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
