using ActorBroker.Client.Cluster;
using ActorBroker.Client.Consuming;
using ActorBroker.Client.Groups;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>The consumer of a cluster.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed partial class Consumer<TKey, TValue> : IConsumer<TKey, TValue>
{
    private readonly ClusterClient _cluster;
    private readonly ConsumerOptions _options;
    private readonly FetchCoordinator _coordinator;
    private readonly ReaderTurns _turns = new();
    private readonly IDeserializer<TKey> _keys;
    private readonly IDeserializer<TValue> _values;
    private readonly Lock _readerGate = new();
    private BatchSource? _source;
    private bool _isReading;
    private bool _isClosed;

    internal Consumer(
        ClusterClient cluster, IDeserializer<TKey> keys, IDeserializer<TValue> values, ConsumerOptions options)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        _keys = keys;
        _values = values;
        _cluster = cluster;
        _options = options;
        _coordinator = new FetchCoordinator(cluster, options);
        _source = new BatchSource(_coordinator, _turns);
        _group = options.GroupId is null ? null : new GroupSession(cluster, options, _coordinator, _turns);
    }

    private bool IsReading
    {
        get
        {
            lock (_readerGate)
            {
                return _isReading;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<TopicPartition> Assignment => _coordinator.Assignment;

    /// <inheritdoc/>
    public IReadOnlyCollection<TopicPartition> Paused => _coordinator.Paused;

    /// <inheritdoc/>
    public void Assign(IEnumerable<KeyValuePair<TopicPartition, StartPosition>> partitions)
    {
        RefuseWhileSubscribed();
        _coordinator.Assign(partitions, only: true);
    }

    /// <inheritdoc/>
    public void IncrementalAssign(IEnumerable<KeyValuePair<TopicPartition, StartPosition>> partitions)
    {
        RefuseWhileSubscribed();
        _coordinator.Assign(partitions, only: false);
    }

    /// <inheritdoc/>
    public void IncrementalUnassign(IEnumerable<TopicPartition> partitions)
    {
        RefuseWhileSubscribed();
        _coordinator.Unassign(partitions);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ConsumeResult<TKey, TValue>> ReadAllAsync(CancellationToken cancel = default) =>
        new Reading<ConsumeResult<TKey, TValue>>(
            this,
            (source, token) => new RecordEnumerator<TKey, TValue>(source, _keys, _values, EndReading, token),
            cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<ConsumedBatch> ReadBatchesAsync(CancellationToken cancel = default) =>
        new Reading<ConsumedBatch>(
            this, (source, token) => new BatchEnumerator(source, EndReading, token), cancel);

    /// <inheritdoc/>
    public void Seek(TopicPartition partition, StartPosition position) => _coordinator.Seek(partition, position);

    /// <inheritdoc/>
    public long? GetPosition(TopicPartition partition) => _coordinator.GetPosition(partition);

    /// <inheritdoc/>
    public PartitionWatermarks? GetWatermarks(TopicPartition partition) => _coordinator.GetWatermarks(partition);

    /// <inheritdoc/>
    public long? GetLag(TopicPartition partition) => _coordinator.GetLag(partition);

    /// <inheritdoc/>
    public void Pause(IEnumerable<TopicPartition> partitions) => _coordinator.Pause(partitions);

    /// <inheritdoc/>
    public void Resume(IEnumerable<TopicPartition> partitions) => _coordinator.Resume(partitions);

    /// <summary>
    /// Gives its partitions up, commits what is processed (with auto-commit) and leaves the group (a static member does
    /// not), then closes the connections. A reader that waits is at its end; one that works, after its next record.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_group is not null)
            {
                await _group.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await _coordinator.DisposeAsync().ConfigureAwait(false);
            lock (_readerGate)
            {
                _isClosed = true;
                CloseSource();
            }
        }
    }

    private BatchSource BeginReading(bool keepsPolling = false)
    {
        lock (_readerGate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_isReading)
            {
                throw new InvalidOperationException("The consumer has a reader already: there may be one at a time.");
            }

            _isReading = true;
            _polling = keepsPolling ? _polling : null;
            return _source!;
        }
    }

    private void EndReading(BatchSource source)
    {
        lock (_readerGate)
        {
            _isReading = false;
            CloseSource();
        }
    }

    /// <summary>Gives the buffers back once the consumer is closed and nobody reads from them.</summary>
    private void CloseSource()
    {
        if (_isClosed && !_isReading)
        {
            _source?.Dispose();
            _source = null;
        }
    }

    /// <summary>One call of a reading method; the reading begins when it is enumerated.</summary>
    private sealed class Reading<T>(
        Consumer<TKey, TValue> consumer,
        Func<BatchSource, CancellationToken, IAsyncEnumerator<T>> begin,
        CancellationToken cancel) : IAsyncEnumerable<T>
    {
        public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            begin(consumer.BeginReading(), cancellationToken.CanBeCanceled ? cancellationToken : cancel);
    }
}
