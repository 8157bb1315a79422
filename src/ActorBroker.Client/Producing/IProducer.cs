namespace ActorBroker.Client;

/// <summary>Sends typed records to a cluster. Thread-safe.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Records that one caller sends to one partition keep their order, through every retry. Dispose a producer to have its
/// last records delivered.
/// </remarks>
public interface IProducer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Sends a record and waits until it is acknowledged.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="message">The record.</param>
    /// <param name="cancel">Ends the waiting; a record that was taken is delivered nevertheless.</param>
    /// <exception cref="KafkaException">It could not be taken, or was not stored for good.</exception>
    Task<RecordMetadata> ProduceAsync(
        string topic, Message<TKey, TValue> message, CancellationToken cancel = default);

    /// <summary>
    /// Takes a record and returns, as a rule at once and without an allocation: it waits only while the buffer is full
    /// or the topic is not known yet. What became of the record is told by the handle, or for all by
    /// <see cref="FlushAsync"/>.
    /// </summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="message">The record.</param>
    /// <param name="cancel">Ends the waiting for room.</param>
    /// <exception cref="KafkaException">It could not be taken.</exception>
    ValueTask<PendingRecord> SendAsync(
        string topic, Message<TKey, TValue> message, CancellationToken cancel = default);

    /// <summary>Waits until all records taken so far are delivered or have failed.</summary>
    /// <exception cref="KafkaException">The first failure since the last flush, of any record.</exception>
    Task FlushAsync(CancellationToken cancel = default);

    /// <summary>Gives up what is not delivered yet, then disposes.</summary>
    ValueTask AbortAsync();
}
