using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Consuming;

/// <summary>Reads partitions into one sink, until the end, the record limit or the user says stop.</summary>
internal sealed class ConsumeRun(
    KafkaClient client, string topic, IRecordSink sink, TransferMeter meter, long? maxRecords)
{
    public async Task ReadAllAsync(IReadOnlyList<PartitionRange> ranges, CancellationToken cancel)
    {
        var left = ranges.Where(range => range.Until is null || range.Start < range.Until)
            .ToDictionary(range => new TopicPartition(topic, range.Partition));
        if (left.Count == 0 || maxRecords == 0)
        {
            return;
        }

        var options = new ConsumerOptions { AutoOffsetReset = AutoOffsetReset.None, EnablePartitionEof = true };
        await using var consumer = client.CreateConsumer(options);
        consumer.Assign(left.Select(each => KeyValuePair.Create(each.Key, StartPosition.At(each.Value.Start))));
        await using var batches = consumer.ReadBatchesAsync(cancel).GetAsyncEnumerator(cancel);
        while (await NextAsync(batches).ConfigureAwait(false))
        {
            var batch = batches.Current;
            var until = left[batch.TopicPartition].Until;
            if (!Take(batch, until))
            {
                return;
            }

            if (batch.NextOffset >= until)
            {
                left.Remove(batch.TopicPartition);
                if (left.Count == 0)
                {
                    return;
                }

                consumer.IncrementalUnassign([batch.TopicPartition]);
            }
        }
    }

    private ValueTask<bool> NextAsync(IAsyncEnumerator<ConsumedBatch> batches)
    {
        var next = batches.MoveNextAsync();
        if (!next.IsCompleted)
        {
            sink.Pause();
        }

        return next;
    }

    /// <summary>Writes a batch's records; false once no more are wanted.</summary>
    private bool Take(ConsumedBatch batch, long? until)
    {
        foreach (var record in batch)
        {
            if (record.Offset >= until)
            {
                break;
            }

            meter.Add(sink.Write(record));
            if (meter.Records >= maxRecords)
            {
                return false;
            }
        }

        return true;
    }
}
