using System.Collections.Concurrent;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Producing;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// Sends records in batches. <see cref="SendAsync"/> only waits for room in the buffer; what became of a record is told
/// by the <see cref="PendingRecord"/> it returns, or for all of them by <see cref="FlushAsync"/>. Thread-safe; the
/// records
/// that one caller sends to one partition keep their order, through every retry.
/// </summary>
public sealed class Producer : IAsyncDisposable
{
    private readonly ClusterClient _cluster;
    private readonly ProducerOptions _options;
    private readonly ByteBudget _buffer;
    private readonly ClusterProduceTarget _target;
    private readonly ConcurrentDictionary<string, RecordPartitioner> _partitioners = new();
    private readonly ConcurrentDictionary<(string, int), Lazy<PartitionLane>> _lanes = new();
    private readonly CancellationTokenSource _closing = new();
    private KafkaException? _firstFailure;
    private int _disposed;

    internal Producer(ClusterClient cluster, ProducerOptions options)
    {
        Validate(options);
        _cluster = cluster;
        _options = options;
        _buffer = new ByteBudget(options.BufferBytes);
        _target = new ClusterProduceTarget(cluster, options);
    }

    /// <summary>Takes a record; waits only while the buffer is full, or the topic is not known yet.</summary>
    public async ValueTask<PendingRecord> SendAsync(
        string topic, ProducerRecord record, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (!_partitioners.TryGetValue(topic, out var partitioner))
        {
            partitioner = await LearnAsync(topic, cancel).ConfigureAwait(false);
        }

        var headers = record.Headers is null ? [] : record.Headers as RecordHeader[] ?? [.. record.Headers];
        var bytes = RecordBatchBuilder.MaxRecordSize(record.Key?.Length ?? 0, record.Value?.Length ?? 0, headers);
        await _buffer.ReserveAsync(bytes, cancel).ConfigureAwait(false);
        try
        {
            return Append(topic, record, headers, bytes, partitioner);
        }
        catch
        {
            _buffer.Release(bytes);
            throw;
        }
    }

    /// <summary>Waits until all records taken so far are delivered or have failed.</summary>
    /// <exception cref="KafkaException">The first failure since the last flush, of any record.</exception>
    public async Task FlushAsync(CancellationToken cancel = default)
    {
        var last = new List<Task>();
        foreach (var lane in _lanes.Values)
        {
            if (lane.Value.Queue.Flush() is { } batch)
            {
                last.Add(batch.Delivered);
            }
        }

        // Batches of a partition finish in order, so its newest is enough; failures are reported once, below.
        Task all = Task.WhenAll(last);
        await all.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _firstFailure, null) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Takes no more records, and waits until those taken are delivered or have failed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (var lane in _lanes.Values)
        {
            lane.Value.Queue.Complete();
        }

        await Task.WhenAll(_lanes.Values.Select(lane => lane.Value.Running)).ConfigureAwait(false);
        foreach (var lane in _lanes.Values)
        {
            lane.Value.Queue.Dispose();
        }

        _closing.Dispose();
    }

    /// <summary>Gives up what is not delivered yet, then disposes.</summary>
    public ValueTask AbortAsync()
    {
        if (Volatile.Read(ref _disposed) == 0)
        {
            _closing.Cancel();
        }

        return DisposeAsync();
    }

    private static void Validate(ProducerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BufferBytes, options.BatchBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InFlightPerPartition, 1);

        // A broker remembers the last five batches of a producer: a sixth one under way could not be recognised.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.InFlightPerPartition, 5);
        if (options.Idempotent && options.Acks != Acks.All)
        {
            throw new ArgumentException("An idempotent producer needs Acks.All: set Idempotent to false.");
        }
    }

    private async Task<RecordPartitioner> LearnAsync(string topic, CancellationToken cancel)
    {
        var metadata = await _cluster.RetryAsync(
            async token => await _cluster.TopicAsync(topic, autoCreate: true, token).ConfigureAwait(false), cancel)
            .ConfigureAwait(false);
        return _partitioners.GetOrAdd(topic, new RecordPartitioner(metadata.Partitions.Count, firstSticky: 0));
    }

    private PendingRecord Append(
        string topic,
        in ProducerRecord record,
        ReadOnlySpan<RecordHeader> headers,
        long bytes,
        RecordPartitioner partitioner)
    {
        var partition = record.Partition
            ?? (record.Key is { } key ? partitioner.ForKey(key.Span) : partitioner.Sticky);
        if (partition < 0 || partition >= partitioner.PartitionCount)
        {
            throw new KafkaException(
                $"Topic '{topic}' has no partition {partition}: it has {partitioner.PartitionCount}, counted from 0.");
        }

        var timestampMs = record.TimestampMs ?? _cluster.Options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var lane = _lanes.GetOrAdd((topic, partition), static (key, producer) => producer.NewLane(key), this).Value;
        var pending = lane.Queue.Append(record, headers, timestampMs, bytes, out var filled);
        if (filled)
        {
            partitioner.BatchFilled(partition);
        }

        return pending;
    }

    // Two senders of one partition would break its order, hence Lazy: a lane that loses the race never starts.
    private Lazy<PartitionLane> NewLane((string Topic, int Partition) key) => new(() =>
    {
        var queue = new BatchQueue(key.Topic, key.Partition, _options, _cluster.Options.TimeProvider);
        var sender = new PartitionSender(queue, _target, _options, _cluster.Options, Settled);
        var cancel = _closing.Token;
        return new PartitionLane(queue, Task.Run(() => sender.RunAsync(cancel), CancellationToken.None));
    });

    private void Settled(ProduceBatch batch, KafkaException? failure)
    {
        if (failure is not null)
        {
            Interlocked.CompareExchange(ref _firstFailure, failure, null);
        }

        _buffer.Release(batch.ReservedBytes);
    }

    private sealed record PartitionLane(BatchQueue Queue, Task Running);
}
