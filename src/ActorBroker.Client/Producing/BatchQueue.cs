using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Client.Producing;

/// <summary>
/// Gathers one partition's records into batches. A full batch waits to be taken; one whose linger is over, too, but it
/// goes on gathering until the sender comes for it, so that batches grow while the broker is busy. Thread-safe; batches
/// leave in the order in which they were opened.
/// </summary>
internal sealed class BatchQueue : IDisposable
{
    private const int SmallestCapacity = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<ProduceBatch> _full = new();
    private readonly Queue<ProduceBatch> _unsettled = new();
    private readonly ProducerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _linger;
    private TaskCompletionSource _changed = NewSignal();
    private ProduceBatch? _open;
    private bool _openIsDue;
    private bool _takenOpen;
    private bool _completed;
    private int _batchBytesMax;
    private int _lastSize = SmallestCapacity;
    private int _backlog;

    public BatchQueue(string topic, int partition, ProducerOptions options, TimeProvider clock)
    {
        Topic = topic;
        Partition = partition;
        _options = options;
        _clock = clock;
        _batchBytesMax = options.BatchBytes;
        _linger = clock.CreateTimer(
            static state => ((BatchQueue)state!).LingerIsOver(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public string Topic { get; }

    public int Partition { get; }

    /// <summary>Batches that wait to be taken: how far the partition is behind.</summary>
    public int Backlog => Volatile.Read(ref _backlog);

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

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="timestampMs">Its timestamp.</param>
    /// <param name="maxBytes">The most bytes that it can take.</param>
    /// <param name="span">Ends when the record is settled.</param>
    /// <param name="opened">A new batch begins with it.</param>
    /// <param name="closed">A batch was closed: the one before it, or its own.</param>
    public PendingRecord Append(
        in RecordData record, long timestampMs, int maxBytes, Activity? span, out bool opened, out bool closed)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_completed, typeof(Producer));
            closed = _takenOpen;
            _takenOpen = false;
            if (_open is not null && _open.SizeInBytes + maxBytes > _batchBytesMax)
            {
                CloseBatch();
                Signal();
                closed = true;
            }

            opened = _open is null;
            var batch = _open ?? OpenBatch();
            var index = batch.Count;
            batch.Append(record, timestampMs, maxBytes);
            if (span is not null)
            {
                batch.Trace(span);
            }

            if (batch.SizeInBytes >= _batchBytesMax)
            {
                CloseBatch();
                Signal();
                closed = true;
            }
            else if (opened && _options.Linger <= TimeSpan.Zero)
            {
                _openIsDue = true;
                Signal();
            }

            return new PendingRecord(batch, index);
        }
    }

    /// <summary>The next batch that is full or due.</summary>
    public bool TryTake([NotNullWhen(true)] out ProduceBatch? batch)
    {
        lock (_gate)
        {
            if (_full.Count == 0 && _openIsDue)
            {
                CloseBatch();
                _takenOpen = true;
            }

            var taken = _full.TryDequeue(out batch);
            _backlog = _full.Count;
            return taken;
        }
    }

    /// <summary>The next batch, where it is ready and older than <paramref name="age"/>.</summary>
    public bool TryTakeOlderThan(TimeSpan age, [NotNullWhen(true)] out ProduceBatch? batch)
    {
        lock (_gate)
        {
            var next = _full.TryPeek(out var first) ? first : _open;
            batch = null;
            return next is not null && _clock.GetElapsedTime(next.OpenedAt) >= age && TryTake(out batch);
        }
    }

    /// <summary>Lets no later batch grow beyond this: the broker refused a larger one.</summary>
    public void LimitBatches(int bytes)
    {
        lock (_gate)
        {
            _batchBytesMax = Math.Min(_batchBytesMax, Math.Max(bytes, SmallestCapacity));
        }
    }

    /// <summary>Makes everything ready; what has to complete until all of it is delivered or has failed.</summary>
    /// <remarks>A batch may be settled before an older one that is sent again, so each is told.</remarks>
    public IReadOnlyList<Task> Flush()
    {
        lock (_gate)
        {
            MakeDue();
            ForgetSettled();
            return [.. _unsettled.Select(batch => batch.Delivered)];
        }
    }

    /// <summary>Makes everything ready, without waiting for more records.</summary>
    public void MakeDue()
    {
        lock (_gate)
        {
            if (_open is not null)
            {
                _openIsDue = true;
                Signal();
            }
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
                return _completed && _full.Count == 0;
            }
        }
    }

    public void Dispose() => _linger.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProduceBatch OpenBatch()
    {
        // As large as the one before became: a busy partition's buffers need not grow, a quiet one's stay small.
        var capacity = Math.Min(_lastSize + (_lastSize / 8), _batchBytesMax);
        _open = new ProduceBatch(Topic, Partition, _clock.GetTimestamp(), capacity);
        ForgetSettled();
        _unsettled.Enqueue(_open);
        _openIsDue = false;
        if (_options.Linger > TimeSpan.Zero)
        {
            _linger.Change(_options.Linger, Timeout.InfiniteTimeSpan);
        }

        return _open;
    }

    private void ForgetSettled()
    {
        while (_unsettled.TryPeek(out var oldest) && oldest.Delivered.IsCompleted)
        {
            _unsettled.Dequeue();
        }
    }

    private void CloseBatch()
    {
        if (_open is null)
        {
            return;
        }

        _lastSize = Math.Max(_open.SizeInBytes, SmallestCapacity);
        _full.Enqueue(_open);
        _backlog = _full.Count;
        _open = null;
        _openIsDue = false;
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

            _openIsDue = true;
            Signal();
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }
}
