using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Hands out the records one by one; as long as there is a batch at hand, without waiting or allocating.
/// </summary>
internal sealed class RecordEnumerator<TKey, TValue>(
    BatchSource source,
    IDeserializer<TKey> keys,
    IDeserializer<TValue> values,
    Action<BatchSource> done,
    CancellationToken cancel) : IAsyncEnumerator<ConsumeResult<TKey, TValue>>
{
    private FetchedChunk? _chunk;
    private RecordCursor _cursor;
    private bool _isDone;

    public ConsumeResult<TKey, TValue> Current { get; private set; }

    public ValueTask<bool> MoveNextAsync()
    {
        cancel.ThrowIfCancellationRequested();
        return TryMoveNext() ? new ValueTask<bool>(true) : WaitAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (!_isDone)
        {
            _isDone = true;
            done(source);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask<bool> WaitAsync()
    {
        while (await source.WaitAsync(cancel).ConfigureAwait(false))
        {
            if (TryMoveNext())
            {
                return true;
            }
        }

        return false;
    }

    private bool TryMoveNext()
    {
        while (true)
        {
            if (_chunk is { IsStale: false } chunk && TryReadRecord(chunk))
            {
                return true;
            }

            _chunk = null;
            if (!source.TryMoveNext())
            {
                return false;
            }

            if (source.Chunk.IsEnd)
            {
                Current = new ConsumeResult<TKey, TValue>
                {
                    TopicPartition = source.Chunk.Partition.Id,
                    Offset = source.Chunk.Position,
                    LeaderEpoch = -1,
                    TimestampMs = -1,
                    Key = default!,
                    Value = default!,
                    Headers = [],
                    IsPartitionEof = true,
                    ClientId = source.ClientId,
                };
                return true;
            }

            _chunk = source.Chunk;
            _cursor = new RecordCursor(source.Header, source.Block, _chunk.Partition.Id.Partition);
        }
    }

    private bool TryReadRecord(FetchedChunk chunk)
    {
        while (_cursor.TryRead(out RecordReader record))
        {
            // The first batch of a fetch may begin before the offset that was asked for.
            var offset = _cursor.Header.BaseOffset + record.OffsetDelta;
            if (offset >= chunk.Position)
            {
                Current = ToResult(chunk, offset, record);
                chunk.Position = offset + 1;
                return true;
            }
        }

        if (!_cursor.IsComplete)
        {
            throw source.Malformed(chunk, chunk.Position);
        }

        // Compaction may have taken the batch's last records.
        chunk.Position = Math.Max(chunk.Position, _cursor.Header.NextOffset);
        return false;
    }

    private ConsumeResult<TKey, TValue> ToResult(FetchedChunk chunk, long offset, in RecordReader record)
    {
        var id = chunk.Partition.Id;
        var part = RecordPart.Key;
        try
        {
            var key = keys.Deserialize(record.Key, record.IsKeyNull, new SerializationContext(id.Topic, part));
            part = RecordPart.Value;
            var value = values.Deserialize(record.Value, record.IsValueNull, new SerializationContext(id.Topic, part));
            return new ConsumeResult<TKey, TValue>
            {
                TopicPartition = id,
                Offset = offset,
                LeaderEpoch = _cursor.Header.PartitionLeaderEpoch,
                TimestampMs = _cursor.TimestampOf(record),
                TimestampType = _cursor.Header.TimestampType,
                Key = key,
                Value = value,
                Headers = record.HeaderCount > 0 ? ConsumedRecord.CopyHeaders(record) : [],
                ClientId = source.ClientId,
            };
        }
        catch (Exception exception)
        {
            var failure = new DeserializationException(id, offset, part, exception);
            source.GoBack(chunk, failure, offset);
            throw failure;
        }
    }
}
