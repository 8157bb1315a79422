using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>
/// Reads partitions side by side into one sink, until the end, the record limit or the user says stop.
/// </summary>
internal sealed class ConsumeRun(
    KafkaClient client, string topic, IRecordSink sink, TransferMeter meter, long? maxRecords) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _enough = new();

    public async Task ReadAllAsync(IReadOnlyList<PartitionRange> ranges, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token, cancel);
        try
        {
            await Task.WhenAll(ranges.Select(range => ReadAsync(range, either.Token))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            // The limit is reached: that is a good end.
        }
    }

    public void Dispose() => _enough.Dispose();

    private async Task ReadAsync(PartitionRange range, CancellationToken cancel)
    {
        if (range.Start >= range.Until || maxRecords == 0)
        {
            return;
        }

        await using var consumer = client.CreateConsumer(topic, range.Partition, StartPosition.At(range.Start));
        await using var records = consumer.ReadAsync(range.Until, cancel).GetAsyncEnumerator(cancel);
        try
        {
            while (await NextAsync(records).ConfigureAwait(false))
            {
                if (!Take(records.Current))
                {
                    await _enough.CancelAsync().ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (IOException)
        {
            // The output takes no more, from any partition.
            await _enough.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private ValueTask<bool> NextAsync(IAsyncEnumerator<ConsumedRecord> records)
    {
        var next = records.MoveNextAsync();
        if (!next.IsCompleted)
        {
            lock (_gate)
            {
                sink.Pause();
            }
        }

        return next;
    }

    /// <summary>Writes a record; false once no more are wanted.</summary>
    private bool Take(in ConsumedRecord record)
    {
        lock (_gate)
        {
            if (meter.Records >= maxRecords)
            {
                return false;
            }

            meter.Add(sink.Write(record));
            return meter.Records < (maxRecords ?? long.MaxValue);
        }
    }
}
