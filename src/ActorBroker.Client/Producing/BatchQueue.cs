using System.Diagnostics.CodeAnalysis;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// Gathers one partition's records into batches. A batch is ready once it is full, once its linger is over, or when
/// somebody flushes. Thread-safe; batches leave in the order in which they were opened.
/// </summary>
internal sealed class BatchQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<ProduceBatch> _ready = new();
    private readonly ProducerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _linger;
    private TaskCompletionSource _changed = NewSignal();
    private ProduceBatch? _open;
    private ProduceBatch? _last;
    private bool _completed;

    public BatchQueue(string topic, int partition, ProducerOptions options, TimeProvider clock)
    {
        Topic = topic;
        Partition = partition;
        _options = options;
        _clock = clock;
        _linger = clock.CreateTimer(
            static state => ((BatchQueue)state!).LingerIsOver(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public string Topic { get; }

    public int Partition { get; }

    /// <summary>Completes at the next change: a batch became ready, or the queue was completed.</summary>
    /// <remarks>Take it before looking at the queue, else a change in between is missed.</remarks>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Adds a record; true in <paramref name="filled"/> where it filled its batch.</summary>
    public PendingRecord Append(
        in ProducerRecord record,
        ReadOnlySpan<RecordHeader> headers,
        long timestampMs,
        long recordBytes,
        out bool filled)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_completed, typeof(Producer));
            filled = false;
            if (_open is not null && _open.SizeInBytes + recordBytes > _options.BatchBytes)
            {
                CloseBatch();
                filled = true;
            }

            var batch = _open ?? OpenBatch();
            var index = batch.Count;
            batch.Append(record, headers, timestampMs, recordBytes);
            if (batch.SizeInBytes >= _options.BatchBytes || _options.Linger <= TimeSpan.Zero)
            {
                CloseBatch();
                filled = true;
            }

            return new PendingRecord(batch, index);
        }
    }

    public bool TryTake([NotNullWhen(true)] out ProduceBatch? batch)
    {
        lock (_gate)
        {
            return _ready.TryDequeue(out batch);
        }
    }

    /// <summary>Makes everything ready; the newest batch, or null where there never was one.</summary>
    public ProduceBatch? Flush()
    {
        lock (_gate)
        {
            CloseBatch();
            return _last;
        }
    }

    /// <summary>Takes no more records; what is there becomes ready.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            CloseBatch();
            _completed = true;
            Signal();
        }
    }

    /// <summary>True once the queue is completed and nothing is left in it.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _completed && _ready.Count == 0;
            }
        }
    }

    public void Dispose() => _linger.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProduceBatch OpenBatch()
    {
        _open = _last = new ProduceBatch(Topic, Partition, _clock.GetTimestamp());
        _linger.Change(_options.Linger, Timeout.InfiniteTimeSpan);
        return _open;
    }

    private void CloseBatch()
    {
        if (_open is null)
        {
            return;
        }

        _ready.Enqueue(_open);
        _open = null;
        Signal();
    }

    private void LingerIsOver()
    {
        lock (_gate)
        {
            if (_open is null)
            {
                return;
            }

            // A timer armed for a batch that has filled meanwhile may meet a younger one: that one keeps its own time.
            var left = _options.Linger - _clock.GetElapsedTime(_open.OpenedAt);
            if (left > TimeSpan.Zero)
            {
                var leftMs = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
                _linger.Change(leftMs, Timeout.InfiniteTimeSpan);
                return;
            }

            CloseBatch();
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }
}
