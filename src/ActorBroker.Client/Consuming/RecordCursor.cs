using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Walks the records of one uncompressed block, and can rest between them, which a span's reader cannot.
/// </summary>
internal struct RecordCursor(RecordBatchHeader header, ArraySegment<byte> block, int partition)
{
    private readonly byte[] _bytes = block.Array!;
    private readonly int _end = block.Offset + block.Count;
    private int _position = block.Offset;
    private int _read;

    /// <summary>True once all records were read and the block ended where it should.</summary>
    public readonly bool IsComplete => _read == header.RecordCount && _position == _end;

    public readonly RecordBatchHeader Header => header;

    /// <summary>Goes to the next record; false at the end, and where the block is malformed.</summary>
    public bool TryRead(out ConsumedRecord record)
    {
        if (!TryRead(out RecordReader reader))
        {
            record = default;
            return false;
        }

        record = new ConsumedRecord
        {
            Partition = partition,
            Offset = header.BaseOffset + reader.OffsetDelta,
            TimestampMs = TimestampOf(reader),
            Key = Within(reader.Key, reader.IsKeyNull),
            Value = Within(reader.Value, reader.IsValueNull),
            HeaderCount = reader.HeaderCount,
            Encoded = new ReadOnlyMemory<byte>(_bytes, _position - reader.Encoded.Length, reader.Encoded.Length),
        };
        return true;
    }

    /// <summary>The same, as the reader's own view, which lives on the stack.</summary>
    public bool TryRead(out RecordReader reader)
    {
        if (_read >= header.RecordCount)
        {
            reader = default;
            return false;
        }

        reader = new RecordReader(new ReadOnlySpan<byte>(_bytes, _position, _end - _position), 1);
        if (!reader.MoveNext())
        {
            return false;
        }

        _position += reader.Encoded.Length;
        _read++;
        return true;
    }

    public readonly long TimestampOf(in RecordReader reader) => header.TimestampType == TimestampType.LogAppendTime
        ? header.MaxTimestamp
        : header.BaseTimestamp + reader.TimestampDelta;

    private readonly ReadOnlyMemory<byte>? Within(ReadOnlySpan<byte> part, bool isNull)
    {
        if (isNull)
        {
            return null;
        }

        return _bytes.AsSpan().Overlaps(part, out var at)
            ? new ReadOnlyMemory<byte>(_bytes, at, part.Length)
            : ReadOnlyMemory<byte>.Empty;
    }
}
