using ActorBroker.Client.Producing;
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
        ArgumentException.ThrowIfNullOrEmpty(topic);
        var scratch = SerializerScratch.Rent();
        try
        {
            var hasKey = _keys.Serialize(message.Key, scratch, new SerializationContext(topic, RecordPart.Key));
            if (!hasKey)
            {
                // What a serializer wrote before it said that there is none belongs to no record.
                scratch.Rewind(0);
            }

            var keyBytes = scratch.WrittenCount;
            var hasValue = _values.Serialize(message.Value, scratch, new SerializationContext(topic, RecordPart.Value));
            if (!hasValue)
            {
                scratch.Rewind(keyBytes);
            }

            var record = new RecordData
            {
                Key = scratch.WrittenSpan[..keyBytes],
                HasKey = hasKey,
                Value = scratch.WrittenSpan[keyBytes..],
                HasValue = hasValue,
                Headers = message.Headers is null ? [] : message.Headers as RecordHeader[] ?? [.. message.Headers],
                TimestampMs = message.Timestamp?.ToUnixTimeMilliseconds(),
                Partition = message.Partition,
            };
            return _bytes.TrySend(topic, record, out var pending)
                ? ValueTask.FromResult(pending)
                : _bytes.SendSlowlyAsync(topic, record.ToRecord(), cancel);
        }
        finally
        {
            SerializerScratch.Return(scratch);
        }
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancel = default) => _bytes.FlushAsync(cancel);

    /// <inheritdoc/>
    public ValueTask AbortAsync() => _bytes.AbortAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _bytes.DisposeAsync();
}
