using ActorBroker.Client;

namespace OrderFanOut.Tests;

/// <summary>
/// Fails now and then by a seed, before a record is sent or after it was stored: the handler that uses it has then had
/// its effect, told nobody or somebody, and is called again.
/// </summary>
internal sealed class FaultyProducer<TKey, TValue>(ITopicProducer<TKey, TValue> producer, int seed)
    : ITopicProducer<TKey, TValue>
{
    private readonly Random _random = new(seed);
    private int _faults;

    public int Faults => Volatile.Read(ref _faults);

    public string Topic => producer.Topic;

    public async Task<RecordMetadata> ProduceAsync(
        Message<TKey, TValue> message, CancellationToken cancel = default)
    {
        FailSometimes();
        var stored = await producer.ProduceAsync(message, cancel);
        FailSometimes();
        return stored;
    }

    public Task<RecordMetadata> ProduceAsync(TKey key, TValue value, CancellationToken cancel = default) =>
        ProduceAsync(new Message<TKey, TValue>(key, value), cancel);

    public ValueTask<PendingRecord> SendAsync(Message<TKey, TValue> message, CancellationToken cancel = default) =>
        producer.SendAsync(message, cancel);

    public Task FlushAsync(CancellationToken cancel = default) => producer.FlushAsync(cancel);

    private void FailSometimes()
    {
        lock (_random)
        {
            if (_random.Next(10) > 0)
            {
                return;
            }
        }

        Interlocked.Increment(ref _faults);
        throw new TimeoutException("A fault of the test.");
    }
}
