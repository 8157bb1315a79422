using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>The producer of a cluster: serializers before a <see cref="Producer"/> of bytes.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class Producer<TKey, TValue> : IProducer<TKey, TValue>
{
    private readonly Producer _bytes;
    private readonly ISerializer<TKey> _keys;
    private readonly ISerializer<TValue> _values;

    internal Producer(Producer bytes, ISerializer<TKey> keys, ISerializer<TValue> values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        _bytes = bytes;
        _keys = keys;
        _values = values;
    }

    /// <inheritdoc/>
    public async Task<RecordMetadata> ProduceAsync(
        string topic, Message<TKey, TValue> message, CancellationToken cancel = default)
    {
        var pending = await SendAsync(topic, message, cancel).ConfigureAwait(false);
        return await pending.DeliveredAsync(cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<PendingRecord> SendAsync(
        string topic, Message<TKey, TValue> message, CancellationToken cancel = default)
    {
        var record = new ProducerRecord
        {
            Key = ToBytes(_keys, message.Key, new SerializationContext(topic, RecordPart.Key)),
            Value = ToBytes(_values, message.Value, new SerializationContext(topic, RecordPart.Value)),
            Headers = message.Headers,
            TimestampMs = message.Timestamp?.ToUnixTimeMilliseconds(),
            Partition = message.Partition,
        };
        return _bytes.SendAsync(topic, record, cancel);
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancel = default) => _bytes.FlushAsync(cancel);

    /// <inheritdoc/>
    public ValueTask AbortAsync() => _bytes.AbortAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _bytes.DisposeAsync();

    private static ReadOnlyMemory<byte>? ToBytes<T>(ISerializer<T> serializer, T value, SerializationContext context)
    {
        using var output = new PooledBufferWriter();
        return serializer.Serialize(value, output, context) ? output.WrittenMemory.ToArray() : null;
    }
}
