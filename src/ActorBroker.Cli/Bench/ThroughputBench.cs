using System.Diagnostics;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

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
        var count = new ConsumeCount(records, meter);
        var starts = await topic.OffsetsAsync(OffsetSpec.Earliest, cancel).ConfigureAwait(false);
        var ends = await topic.OffsetsAsync(OffsetSpec.Latest, cancel).ConfigureAwait(false);
        await Task.WhenAll(starts.Where(each => each.Value < ends[each.Key]).Select(each => Task.Run(
            () => ReadAsync(client, topic.Name, each.Key, each.Value, ends[each.Key], count, cancel), cancel)))
            .ConfigureAwait(false);
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

    private static async Task ReadAsync(
        KafkaClient client, string topic, int partition, long start, long until, ConsumeCount count,
        CancellationToken cancel)
    {
        await using var consumer = client.CreateConsumer(topic, partition, StartPosition.At(start));
        await foreach (var record in consumer.ReadAsync(until, cancel).ConfigureAwait(false))
        {
            if (!count.Add(record.Value?.Length ?? 0))
            {
                return;
            }
        }
    }

    /// <summary>Counts what several partitions' readers take, and the time from the first record to the last.</summary>
    private sealed class ConsumeCount(long limit, TransferMeter meter)
    {
        private readonly Lock _gate = new();
        private long _firstAt;
        private long _lastAt;
        private long _records;
        private long _bytes;

        /// <summary>Counts a record; false once there are enough.</summary>
        public bool Add(int bytes)
        {
            lock (_gate)
            {
                if (_records >= limit)
                {
                    return false;
                }

                if (_records == 0)
                {
                    _firstAt = Stopwatch.GetTimestamp();
                }

                _records++;
                _bytes += bytes;
                meter.Add(bytes);
                _lastAt = _records == limit ? Stopwatch.GetTimestamp() : 0;
                return _records < limit;
            }
        }

        public (long Records, double Bytes, double Seconds) Total()
        {
            var end = _lastAt != 0 ? _lastAt : Stopwatch.GetTimestamp();
            return (_records, _bytes, Math.Max(Stopwatch.GetElapsedTime(_firstAt, end).TotalSeconds, 1e-6));
        }
    }
}
