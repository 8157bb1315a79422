using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Bench;

/// <summary>As fast as it goes: records in, and records out.</summary>
internal static class ThroughputBench
{
    private const double Mebibyte = 1024 * 1024;

    /// <summary>From the first record taken to the last one acknowledged; every record's delivery is checked.</summary>
    public static async Task ProduceAsync(
        KafkaClient client, BenchTopic topic, BenchPlan plan, TransferMeter meter, BenchReport? report,
        CancellationToken cancel)
    {
        await using var producer = client.CreateProducer(plan.ToProducerOptions());
        var payload = new Payload(plan.Size);
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0L; i < plan.Records; i++)
        {
            var sending = producer.SendAsync(topic.Name, new ProducerRecord { Value = payload.Of(i) }, cancel);
            if (!sending.IsCompletedSuccessfully)
            {
                await sending.ConfigureAwait(false);
            }

            meter.Add(plan.Size);
        }

        await producer.FlushAsync(cancel).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        var perSecond = plan.Records / seconds;
        report?.Figure("produce_records_per_s", perSecond);
        report?.Figure("produce_mib_per_s", perSecond * plan.Size / Mebibyte, "F1");
        report?.Figure("delivered", plan.Records);
        report?.CpuOfClient((double)plan.Records * plan.Size);
    }

    /// <summary>All partitions from the beginning until so many records have come; timed from the first.</summary>
    public static async Task ConsumeAsync(
        KafkaClient client, BenchTopic topic, long records, TransferMeter meter, BenchReport report,
        CancellationToken cancel)
    {
        var count = new ConsumeCount();
        var starts = await topic.OffsetsAsync(OffsetSpec.Earliest, cancel).ConfigureAwait(false);
        var ends = await topic.OffsetsAsync(OffsetSpec.Latest, cancel).ConfigureAwait(false);
        await using (var consumer = client.CreateConsumer(new ConsumerOptions { EnablePartitionEof = true }))
        {
            var left = ends.Where(each => starts[each.Key] < each.Value).ToDictionary();
            consumer.Assign(left.Select(each => KeyValuePair.Create(
                new TopicPartition(topic.Name, each.Key), StartPosition.At(starts[each.Key]))));
            await foreach (var batch in ReadAsync(consumer, left, cancel).ConfigureAwait(false))
            {
                if (!count.Add(batch, records, meter))
                {
                    break;
                }
            }
        }

        var (consumed, bytes, seconds) = count.Total();
        if (consumed == 0)
        {
            throw new KafkaException($"Topic '{topic.Name}' has no records: leave --topic, or fill it first.");
        }

        report.Figure("consume_records_per_s", consumed / seconds);
        report.Figure("consume_mib_per_s", bytes / seconds / Mebibyte, "F1");
        report.Figure("consumed", consumed);
        report.CpuOfClient(bytes);
    }

    private static async IAsyncEnumerable<ConsumedBatch> ReadAsync(
        Consumer<byte[]?, byte[]?> consumer,
        Dictionary<int, long> left,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        if (left.Count == 0)
        {
            yield break;
        }

        await foreach (var batch in consumer.ReadBatchesAsync(cancel).ConfigureAwait(false))
        {
            yield return batch;
            var partition = batch.TopicPartition.Partition;
            if (left.TryGetValue(partition, out var end) && batch.NextOffset >= end)
            {
                left.Remove(partition);
                if (left.Count == 0)
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>Counts what is read, and the time from the first record to the last.</summary>
    private sealed class ConsumeCount
    {
        private long _firstAt;
        private long _lastAt;
        private long _records;
        private long _bytes;

        /// <summary>Counts a batch's records; false once there are enough.</summary>
        public bool Add(ConsumedBatch batch, long limit, TransferMeter meter)
        {
            if (_records == 0)
            {
                _firstAt = Stopwatch.GetTimestamp();
            }

            foreach (var record in batch)
            {
                var bytes = record.Value?.Length ?? 0;
                _records++;
                _bytes += bytes;
                meter.Add(bytes);
                if (_records == limit)
                {
                    break;
                }
            }

            _lastAt = Stopwatch.GetTimestamp();
            return _records < limit;
        }

        public (long Records, double Bytes, double Seconds) Total() => (
            _records, _bytes, Math.Max(Stopwatch.GetElapsedTime(_firstAt, _lastAt).TotalSeconds, 1e-6));
    }
}
