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

    public async Task ReadAllAsync(
        IReadOnlyList<int> partitions, StartPosition start, bool exitAtEnd, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token, cancel);
        try
        {
            await Task.WhenAll(partitions.Select(
                partition => ReadAsync(partition, start, exitAtEnd, either.Token))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
            // The limit is reached: that is a good end.
        }
    }

    public void Dispose() => _enough.Dispose();

    private async Task ReadAsync(int partition, StartPosition start, bool exitAtEnd, CancellationToken cancel)
    {
        long? until = exitAtEnd
            ? await client.Admin.FindOffsetAsync(topic, partition, StartPosition.Latest, cancel).ConfigureAwait(false)
            : null;
        await using var consumer = client.CreateConsumer(topic, partition, start);
        await foreach (var record in consumer.ReadAsync(until, cancel).ConfigureAwait(false))
        {
            if (!Take(record))
            {
                await _enough.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
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
