using System.Threading.Channels;
using ActorBroker.Client;

namespace ActorBroker.Server.Tests;

/// <summary>Sends numbered records to every partition without a pause, and notes which are acknowledged.</summary>
internal sealed class SteadyProducer : IAsyncDisposable
{
    private readonly Channel<(int Partition, long Number, PendingRecord Pending)> _sent =
        Channel.CreateUnbounded<(int, long, PendingRecord)>();

    private readonly CancellationTokenSource _enough = new();
    private readonly Producer _producer;
    private readonly string _topic;
    private readonly Task _sending;
    private readonly Task _noting;
    private readonly List<long>[] _acknowledged;
    private readonly Lock _lock = new();
    private (long Count, TaskCompletionSource Reached)? _goal;
    private long _count;

    public SteadyProducer(Producer producer, string topic, int partitions)
    {
        _producer = producer;
        _topic = topic;
        _acknowledged = [.. Enumerable.Range(0, partitions).Select(_ => new List<long>())];
        _sending = Task.Run(SendAsync);
        _noting = Task.Run(NoteAsync);
    }

    /// <summary>Waits until so many more records are acknowledged.</summary>
    public async Task AcknowledgeAsync(int more, CancellationToken cancel)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _goal = (_count + more, reached);
        }

        var first = await Task.WhenAny(reached.Task, _sending, _noting).WaitAsync(cancel);
        await first;
        Assert.Same(reached.Task, first);
    }

    /// <summary>Sends no more, waits for what is out, and tells the acknowledged numbers of each partition.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<long>>> FinishAsync(CancellationToken cancel)
    {
        await _enough.CancelAsync();
        await _sending.WaitAsync(cancel);
        await _producer.FlushAsync(cancel);
        await _noting.WaitAsync(cancel);
        return _acknowledged;
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _producer.AbortAsync();
        await Task.WhenAll(_sending, _noting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _enough.Dispose();
    }

    private async Task SendAsync()
    {
        try
        {
            for (var number = 0L; !_enough.IsCancellationRequested; number++)
            {
                for (var partition = 0; partition < _acknowledged.Length; partition++)
                {
                    var pending = await _producer.SendAsync(_topic, NumberedRecords.Make(partition, number, 200));
                    _sent.Writer.TryWrite((partition, number, pending));
                }
            }
        }
        finally
        {
            _sent.Writer.Complete();
        }
    }

    private async Task NoteAsync()
    {
        await foreach (var (partition, number, pending) in _sent.Reader.ReadAllAsync())
        {
            await pending.DeliveredAsync();
            _acknowledged[partition].Add(number);
            lock (_lock)
            {
                if (++_count == _goal?.Count)
                {
                    _goal.Value.Reached.SetResult();
                }
            }
        }
    }
}
