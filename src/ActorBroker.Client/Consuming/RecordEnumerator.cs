using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>Hands out the records one by one; without allocating, as long as there is a batch at hand.</summary>
internal sealed class RecordEnumerator<TKey, TValue>(
    BatchSource source,
    IDeserializer<TKey> keys,
    IDeserializer<TValue> values,
    Action<BatchSource> done,
    CancellationToken cancel) : SourceEnumerator<ConsumeResult<TKey, TValue>>(source, done, cancel)
{
    private FetchedChunk? _chunk;
    private RecordCursor _cursor;
    private bool _goesOn;

    /// <summary>
    /// Goes on without waiting, and without settling what was given before. A failed fetch is left to the next move,
    /// since meeting it may settle it for good.
    /// </summary>
    public bool TryGoOn()
    {
        _goesOn = true;
        try
        {
            return !Source.HasTurns && TryMoveNext();
        }
        finally
        {
            _goesOn = false;
        }
    }

    protected override bool TryMoveNext()
    {
        while (true)
        {
            if (_chunk is { IsStale: false } chunk && TryReadRecord(chunk))
            {
                return true;
            }

            _chunk = null;
            if (!Source.TryMoveNext(meetsFailures: !_goesOn))
            {
                return false;
            }

            if (Source.Chunk.IsEnd)
            {
                Current = new ConsumeResult<TKey, TValue>
                {
                    TopicPartition = Source.Chunk.Partition.Id,
                    Offset = Source.Chunk.Position,
                    LeaderEpoch = -1,
                    TimestampMs = -1,
                    Key = default!,
                    Value = default!,
                    Headers = [],
                    IsPartitionEof = true,
                    ClientId = Source.ClientId,
                };
                return true;
            }

            _chunk = Source.Chunk;
            _cursor = new RecordCursor(Source.Header, Source.Block, _chunk.Partition.Id.Partition);
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
                Source.HandOut(chunk.Partition, offset);
                chunk.Position = offset + 1;
                return true;
            }
        }

        if (!_cursor.IsComplete)
        {
            throw Source.Malformed(chunk, chunk.Position);
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
                ClientId = Source.ClientId,
            };
        }
        catch (Exception exception)
        {
            var failure = new DeserializationException(id, offset, part, exception);
            Source.GoBack(chunk, failure, offset);
            throw failure;
        }
    }
}
