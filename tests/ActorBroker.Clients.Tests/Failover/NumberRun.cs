using ActorBroker.Client;

namespace ActorBroker.Clients.Tests.Failover;

/// <summary>Produces numbers from 0 on until it is stopped, at a steady pace.</summary>
internal sealed class NumberRun : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _acknowledged;

    public NumberRun(KafkaClient client, string topic) => _running = Task.Run(() => RunAsync(client, topic));

    /// <summary>How many are acknowledged, all before them too.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Waits until so many more are acknowledged; what fails the producer fails it.</summary>
    public async Task GoOnAsync(int count, CancellationToken cancel)
    {
        var wanted = Acknowledged + count;
        while (Acknowledged < wanted)
        {
            if (_running.IsCompleted)
            {
                await _running;
            }

            await Task.Delay(5, cancel);
        }
    }

    /// <summary>Ends it once all that was sent is acknowledged, and tells how many there are.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        return Acknowledged;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(KafkaClient client, string topic)
    {
        await using var producer = client.CreateProducer(
            Serializers.Int32, Serializers.Int32, new ProducerOptions { Linger = TimeSpan.Zero });
        var pending = new Queue<PendingRecord>();
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            pending.Enqueue(await producer.SendAsync(topic, new(number, number), CancellationToken.None));
            while (pending.TryPeek(out var oldest) && oldest.IsSettled)
            {
                await SettleAsync(pending.Dequeue());
            }

            await Task.Delay(Pause);
        }

        while (pending.TryDequeue(out var left))
        {
            await SettleAsync(left);
        }
    }

    private async Task SettleAsync(PendingRecord record)
    {
        await record.DeliveredAsync(CancellationToken.None);
        Interlocked.Increment(ref _acknowledged);
    }
}
