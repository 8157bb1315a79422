namespace ActorBroker.Client;

/// <summary>Sends typed records to one topic. Thread-safe; it shares its batches and memory with others.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface ITopicProducer<TKey, TValue>
{
    /// <summary>The topic.</summary>
    string Topic { get; }

    /// <summary>Sends a record and waits until it is acknowledged.</summary>
    /// <param name="message">The record.</param>
    /// <param name="cancel">Ends the waiting; a record that was taken is delivered nevertheless.</param>
    /// <exception cref="KafkaException">It could not be taken, or was not stored for good.</exception>
    Task<RecordMetadata> ProduceAsync(Message<TKey, TValue> message, CancellationToken cancel = default);

    /// <summary>Sends a record without headers and waits until it is acknowledged.</summary>
    Task<RecordMetadata> ProduceAsync(TKey key, TValue value, CancellationToken cancel = default);

    /// <summary>
    /// Takes a record and returns, as a rule at once: see <see cref="IProducer{TKey,TValue}.SendAsync"/>.
    /// </summary>
    /// <param name="message">The record.</param>
    /// <param name="cancel">Ends the waiting for room.</param>
    /// <exception cref="KafkaException">It could not be taken.</exception>
    ValueTask<PendingRecord> SendAsync(Message<TKey, TValue> message, CancellationToken cancel = default);

    /// <summary>
    /// Waits until all records that the underlying <see cref="IProducer{TKey,TValue}"/> has taken so far are delivered
    /// or have failed.
    /// </summary>
    /// <exception cref="KafkaException">The first failure since the last flush, of any record.</exception>
    Task FlushAsync(CancellationToken cancel = default);
}
