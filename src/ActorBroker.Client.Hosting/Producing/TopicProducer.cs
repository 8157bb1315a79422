namespace ActorBroker.Client;

/// <summary>A producer that is bound to a topic. Who made the producer disposes it.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class TopicProducer<TKey, TValue> : ITopicProducer<TKey, TValue>
{
    private readonly IProducer<TKey, TValue> _producer;

    /// <summary>Binds a producer to a topic.</summary>
    public TopicProducer(IProducer<TKey, TValue> producer, string topic)
    {
        ArgumentNullException.ThrowIfNull(producer);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        _producer = producer;
        Topic = topic;
    }

    /// <inheritdoc/>
    public string Topic { get; }

    /// <inheritdoc/>
    public Task<RecordMetadata> ProduceAsync(Message<TKey, TValue> message, CancellationToken cancel = default) =>
        _producer.ProduceAsync(Topic, message, cancel);

    /// <inheritdoc/>
    public Task<RecordMetadata> ProduceAsync(TKey key, TValue value, CancellationToken cancel = default) =>
        _producer.ProduceAsync(Topic, new Message<TKey, TValue>(key, value), cancel);

    /// <inheritdoc/>
    public ValueTask<PendingRecord> SendAsync(Message<TKey, TValue> message, CancellationToken cancel = default) =>
        _producer.SendAsync(Topic, message, cancel);

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancel = default) => _producer.FlushAsync(cancel);
}
