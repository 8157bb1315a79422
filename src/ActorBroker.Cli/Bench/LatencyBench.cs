using System.Buffers.Binary;
using System.Diagnostics;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Bench;

/// <summary>
/// Records at a fixed rate. Each is timed from the moment at which it was due, not from when it was sent: a broker that
/// stalls for a second delays all the records of that second, and all of them count (no coordinated omission).
/// </summary>
internal sealed class LatencyBench(KafkaClient client, BenchTopic topic, BenchPlan plan, TransferMeter meter)
{
    /// <summary>A record carries its number.</summary>
    public const int SizeMin = 8;

    private const double NanosecondsPerSecond = 1e9;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LatencyHistogram _acks = new();
    private readonly LatencyHistogram _ends = new();
    private readonly Lock _ackGate = new();
    private readonly Lock _endGate = new();
    private readonly ulong[] _seen = new ulong[(plan.Records / 64) + 1];
    private readonly TaskCompletionSource _allSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _startedAt;

    public async Task RunAsync(BenchReport report, CancellationToken cancel)
    {
        var ends = await topic.OffsetsAsync(OffsetSpec.Latest, cancel).ConfigureAwait(false);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var readers = ends.Select(each => ReadAsync(each.Key, each.Value, done.Token)).ToArray();
        await using var producer = client.CreateProducer(plan.ToProducerOptions());

        // The readers' long polls are under way, and code is compiled, before the first record is due.
        await Task.Delay(Settling, cancel).ConfigureAwait(false);
        var acks = await Task.Factory.StartNew(
            () => SendAll(producer, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ConfigureAwait(false);
        await producer.FlushAsync(cancel).ConfigureAwait(false);
        await Task.WhenAll(acks).WaitAsync(cancel).ConfigureAwait(false);
        var finished = await Task.WhenAny(_allSeen.Task, Task.Delay(Patience, cancel), Task.WhenAny(readers))
            .ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        await done.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(readers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (finished != _allSeen.Task)
        {
            await Task.WhenAll(readers.Where(reader => reader.IsFaulted)).ConfigureAwait(false);
            throw new KafkaException(
                $"Only {_ends.Count} of {plan.Records} records were consumed {Patience.TotalSeconds:F0} s after the " +
                "last one was acknowledged.");
        }

        report.Figure("rate_achieved", plan.Records / seconds);
        report.Latency("ack", _acks);
        report.Latency("end_to_end", _ends);
        report.Figure("delivered", _acks.Count);
        report.Figure("consumed", _ends.Count);
        report.CpuOfClient(0);
    }

    private List<Task> SendAll(Producer producer, CancellationToken cancel)
    {
        var acks = new List<Task>();
        var value = new Payload(plan.Size).Of(0).ToArray();
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        for (var i = 0L; i < plan.Records; i++)
        {
            Pacer.WaitUntil(DueAt(i));
            cancel.ThrowIfCancellationRequested();
            BinaryPrimitives.WriteInt64LittleEndian(value, i);
            var sending = producer.SendAsync(topic.Name, new ProducerRecord { Value = value }, cancel);
            var pending = sending.IsCompletedSuccessfully ? sending.Result : sending.AsTask().GetAwaiter().GetResult();
            acks.Add(AwaitAckAsync(pending, i));
            meter.Add(plan.Size);
        }

        return acks;
    }

    private async Task AwaitAckAsync(PendingRecord pending, long number)
    {
        await pending.DeliveredAsync().ConfigureAwait(false);
        var latency = SinceDue(number);
        lock (_ackGate)
        {
            _acks.Record(latency);
        }
    }

    private async Task ReadAsync(int partition, long start, CancellationToken cancel)
    {
        await using var consumer = client.CreateConsumer();
        consumer.Assign(new TopicPartition(topic.Name, partition), StartPosition.At(start));
        await foreach (var batch in consumer.ReadBatchesAsync(cancel).ConfigureAwait(false))
        {
            foreach (var record in batch)
            {
                if (record.Value is { Length: >= SizeMin } value)
                {
                    Seen(BinaryPrimitives.ReadInt64LittleEndian(value.Span));
                }
            }
        }
    }

    private void Seen(long number)
    {
        if (number < 0 || number >= plan.Records)
        {
            return;
        }

        var latency = SinceDue(number);
        lock (_endGate)
        {
            ref var bits = ref _seen[number / 64];
            var bit = 1UL << (int)(number % 64);
            if ((bits & bit) != 0)
            {
                return;
            }

            bits |= bit;
            _ends.Record(latency);
            if (_ends.Count == plan.Records)
            {
                _allSeen.TrySetResult();
            }
        }
    }

    private long DueAt(long number) => _startedAt + (long)(number / plan.Rate * Stopwatch.Frequency);

    private long SinceDue(long number) => (long)(
        (Stopwatch.GetTimestamp() - DueAt(number)) * (NanosecondsPerSecond / Stopwatch.Frequency));
}
