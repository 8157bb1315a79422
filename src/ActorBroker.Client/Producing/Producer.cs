using System.Collections.Concurrent;
using System.Diagnostics;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Producing;
using ActorBroker.Client.Telemetry;

namespace ActorBroker.Client;

/// <summary>
/// Sends records in batches. <see cref="SendAsync"/> only waits for room in the buffer; what became of a record is told
/// by the <see cref="PendingRecord"/> it returns, or for all of them by <see cref="FlushAsync"/>. Thread-safe; the
/// records that one caller sends to one partition keep their order, through every retry.
/// </summary>
/// <remarks><see cref="Producer{TKey,TValue}"/> puts serializers before it.</remarks>
public sealed class Producer : IAsyncDisposable
{
    private readonly ClusterClient _cluster;
    private readonly ProducerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ByteBudget _buffer;
    private readonly ClusterProduceTarget _target;
    private readonly ConcurrentDictionary<string, TopicLanes> _topics = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _aborted;
    private TopicLanes? _newest;
    private KafkaException? _firstFailure;
    private Task? _closed;
    private int _disposed;

    internal Producer(ClusterClient cluster, ProducerOptions options)
    {
        options.Validate();
        _cluster = cluster;
        _options = options;
        _clock = cluster.Options.TimeProvider;
        _buffer = new ByteBudget(options.BufferBytes, options.MaxBlock, _clock);
        _target = new ClusterProduceTarget(cluster, options);
        _aborted = _closing.Token;
        ClientInstruments.Watch(_buffer);
    }

    /// <summary>Takes a record; waits only while the buffer is full, or the topic is not known yet.</summary>
    /// <exception cref="KafkaException">The record is too large, or there was no room in time.</exception>
    public ValueTask<PendingRecord> SendAsync(string topic, ProducerRecord record, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return TrySend(topic, RecordData.Of(record), out var pending)
            ? ValueTask.FromResult(pending)
            : SendSlowlyAsync(topic, record, cancel);
    }

    /// <summary>Waits until all records taken so far are delivered or have failed.</summary>
    /// <exception cref="KafkaException">The first failure since the last flush, of any record.</exception>
    public async Task FlushAsync(CancellationToken cancel = default)
    {
        var unsettled = new List<Task>();
        foreach (var lane in _topics.Values.SelectMany(topic => topic.Lanes()))
        {
            unsettled.AddRange(lane.Queue.Flush());
        }

        // Failures are reported once, below.
        Task all = Task.WhenAll(unsettled);
        await all.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _firstFailure, null) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Takes no more records, and waits until those taken are delivered or have failed.</summary>
    /// <remarks>Who disposes again waits for the same.</remarks>
    public ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            return new ValueTask(_closed ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        Volatile.Write(ref _disposed, 1);
        var lanes = _topics.Values.SelectMany(topic => topic.Lanes(complete: true)).ToList();
        lanes.ForEach(lane => lane.Queue.Complete());
        await Task.WhenAll(lanes.Select(lane => lane.Running)).ConfigureAwait(false);
        lanes.ForEach(lane => lane.Queue.Dispose());
        ClientInstruments.Unwatch(_buffer);
        _closing.Dispose();
    }

    /// <summary>Gives up what is not delivered yet, then disposes; it also cuts a disposal under way short.</summary>
    public ValueTask AbortAsync()
    {
        try
        {
            _closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is closed: there is nothing left to give up.
        }

        return DisposeAsync();
    }

    /// <summary>Takes a record at once, where its topic is known and the buffer has room.</summary>
    internal bool TrySend(string topic, in RecordData record, out PendingRecord pending)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        pending = default;
        var lanes = Volatile.Read(ref _newest);
        if (lanes is null || !ReferenceEquals(lanes.Topic, topic))
        {
            if (!_topics.TryGetValue(topic, out lanes))
            {
                return false;
            }

            Volatile.Write(ref _newest, lanes);
        }

        var bytes = record.MaxSize;
        RequireSendable(bytes);
        if (record.Partition >= lanes.Partitioner.PartitionCount || !_buffer.TryReserve(bytes))
        {
            return false;
        }

        pending = Append(lanes, record, (int)bytes);
        return true;
    }

    /// <summary>Takes a record after waiting for its topic, for news of its partitions, or for room.</summary>
    internal async ValueTask<PendingRecord> SendSlowlyAsync(
        string topic, ProducerRecord record, CancellationToken cancel)
    {
        var bytes = RecordData.Of(record).MaxSize;
        RequireSendable(bytes);
        if (!_topics.TryGetValue(topic, out var lanes))
        {
            var count = await CountPartitionsAsync(topic, cancel).ConfigureAwait(false);
            lanes = _topics.GetOrAdd(topic, name => new TopicLanes(name, count, _options.Partitioner, OpenLane));
        }

        if (record.Partition >= lanes.Partitioner.PartitionCount)
        {
            // The topic may have grown since it was last asked for.
            _cluster.Forget(topic);
            lanes.SetPartitionCount(await CountPartitionsAsync(topic, cancel).ConfigureAwait(false));
        }

        if (!_buffer.TryReserve(bytes))
        {
            // Room comes from batches that are sent, so none of them lingers any longer.
            MakeDue();
            await _buffer.ReserveAsync(bytes, cancel).ConfigureAwait(false);
        }

        return Append(lanes, RecordData.Of(record), (int)bytes);
    }

    private void MakeDue()
    {
        foreach (var lane in _topics.Values.SelectMany(topic => topic.Lanes()))
        {
            lane.Queue.MakeDue();
        }
    }

    private void RequireSendable(long bytes)
    {
        if (bytes > _options.MaxRequestBytes)
        {
            throw new BrokerErrorException(
                Records.ErrorCode.MessageTooLarge,
                $"A record takes up to {bytes} bytes, and MaxRequestBytes allows {_options.MaxRequestBytes}");
        }
    }

    private Task<int> CountPartitionsAsync(string topic, CancellationToken cancel) => _cluster.RetryAsync(
        async token =>
        {
            var metadata = await _cluster.TopicAsync(topic, autoCreate: true, token).ConfigureAwait(false);
            return metadata.Partitions.Count;
        },
        cancel,
        _options.MaxBlock);

    /// <summary>Puts a record, for which room is reserved, into its batch.</summary>
    private PendingRecord Append(TopicLanes lanes, in RecordData record, int bytes)
    {
        try
        {
            var timestampMs = record.TimestampMs ?? _clock.GetUtcNow().ToUnixTimeMilliseconds();
            var pending = RecordTracing.IsListening
                ? AppendTraced(lanes, record, timestampMs, bytes, out var opened)
                : lanes.Append(record, timestampMs, bytes, null, out opened);
            if (opened)
            {
                RefreshWhenOld(lanes);
            }

            return pending;
        }
        catch
        {
            _buffer.Release(bytes);
            throw;
        }
    }

    private PendingRecord AppendTraced(
        TopicLanes lanes, in RecordData record, long timestampMs, int bytes, out bool opened)
    {
        var caller = Activity.Current;
        var span = RecordTracing.StartSend(lanes.Topic, _cluster.Options.ClientId);
        if (span is null)
        {
            return lanes.Append(record, timestampMs, bytes, null, out opened);
        }

        // The span lives on until the record is settled; the caller's next work is not part of it.
        Activity.Current = caller;
        var traced = record.WithHeaders(RecordTracing.Inject(span, record.Headers));
        var more = (int)traced.MaxSize - bytes;
        _buffer.Overdraw(more);
        try
        {
            return lanes.Append(traced, timestampMs, bytes + more, span, out opened);
        }
        catch (Exception exception)
        {
            _buffer.Release(more);
            RecordTracing.EndSend(span, -1, -1, exception);
            throw;
        }
    }

    private PartitionLane OpenLane(string topic, int partition)
    {
        var queue = new BatchQueue(topic, partition, _options, _clock);
        var sender = new PartitionSender(queue, _target, _options, _cluster.Options, Settled);
        return new PartitionLane(queue, Task.Run(() => sender.RunAsync(_aborted), CancellationToken.None));
    }

    private void RefreshWhenOld(TopicLanes lanes)
    {
        if (_cluster.IsOld(lanes.Topic))
        {
            _ = RefreshAsync(lanes);
        }
    }

    /// <summary>Looks whether the topic has grown; where the asking fails, the senders will find out why.</summary>
    private async Task RefreshAsync(TopicLanes lanes)
    {
        try
        {
            var topic = await _cluster.TopicAsync(lanes.Topic, autoCreate: false, _aborted).ConfigureAwait(false);
            lanes.SetPartitionCount(topic.Partitions.Count);
        }
        catch (Exception exception) when (exception is KafkaException or OperationCanceledException
            or ObjectDisposedException)
        {
            return;
        }
    }

    private void Settled(ProduceBatch batch, KafkaException? failure)
    {
        if (failure is not null)
        {
            Interlocked.CompareExchange(ref _firstFailure, failure, null);
        }

        _buffer.Release(batch.ReservedBytes);
    }
}
