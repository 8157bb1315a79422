using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Walks the records of one uncompressed block, and can rest between them, which a span's reader cannot.
/// </summary>
internal struct RecordCursor(RecordBatchHeader header, ReadOnlyMemory<byte> block, int partition)
{
    private int _position;
    private int _read;

    /// <summary>True once all records were read and the block ended where it should.</summary>
    public readonly bool IsComplete => _read == header.RecordCount && _position == block.Length;

    /// <summary>Goes to the next record; false at the end, and where the block is malformed.</summary>
    public bool TryRead(out ConsumedRecord record)
    {
        record = default;
        if (_read >= header.RecordCount)
        {
            return false;
        }

        var rest = block[_position..];
        var reader = new RecordReader(rest.Span, 1);
        if (!reader.MoveNext())
        {
            return false;
        }

        record = new ConsumedRecord
        {
            Partition = partition,
            Offset = header.BaseOffset + reader.OffsetDelta,
            TimestampMs = header.TimestampType == TimestampType.LogAppendTime
                ? header.MaxTimestamp
                : header.BaseTimestamp + reader.TimestampDelta,
            Key = Within(rest, reader.Key, reader.IsKeyNull),
            Value = Within(rest, reader.Value, reader.IsValueNull),
            HeaderCount = reader.HeaderCount,
            Encoded = rest[..reader.Encoded.Length],
        };
        _position += reader.Encoded.Length;
        _read++;
        return true;
    }

    private static ReadOnlyMemory<byte>? Within(ReadOnlyMemory<byte> block, ReadOnlySpan<byte> part, bool isNull)
    {
        if (isNull)
        {
            return null;
        }

        return block.Span.Overlaps(part, out var at) ? block.Slice(at, part.Length) : ReadOnlyMemory<byte>.Empty;
    }
}
