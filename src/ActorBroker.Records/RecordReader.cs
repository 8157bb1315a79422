namespace ActorBroker.Records;

/// <summary>
/// Walks the records of an uncompressed block without allocating: <see cref="MoveNext"/>, then the properties.
/// </summary>
/// <remarks>
/// Input may be hostile. Each length and count is checked against the bytes that are there; the first contradiction
/// stops the walk and sets <see cref="IsMalformed"/> for good. A record is given out only when all of it, headers
/// included, is sound; a block that has other than exactly the announced count of records is malformed at its end.
/// </remarks>
public ref struct RecordReader
{
    /// <summary>The smallest record: length, attributes, two deltas, two null lengths, no headers.</summary>
    public const int MinRecordSize = 7;

    private readonly ReadOnlySpan<byte> _block;
    private readonly int _count;
    private int _position;
    private ReadOnlySpan<byte> _headers;

    /// <summary>Starts before the first record.</summary>
    /// <param name="block">The records' bytes, uncompressed.</param>
    /// <param name="count">How many the batch header announces.</param>
    public RecordReader(ReadOnlySpan<byte> block, int count)
    {
        _block = block;
        _count = count;
        Index = -1;
        IsMalformed = count < 0 || (long)count * MinRecordSize > block.Length;
    }

    /// <summary>True once the block contradicted itself; no further record is given out.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Position of the record in the block, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>The record's timestamp minus the batch's base timestamp.</summary>
    public long TimestampDelta { get; private set; }

    /// <summary>The record's offset minus the batch's base offset.</summary>
    public int OffsetDelta { get; private set; }

    /// <summary>The key; empty where null.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>True where the record has no key.</summary>
    public bool IsKeyNull { get; private set; }

    /// <summary>The value; empty where null.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>True where the record has no value: a tombstone on a compacted topic.</summary>
    public bool IsValueNull { get; private set; }

    /// <summary>How many headers the record has.</summary>
    public int HeaderCount { get; private set; }

    /// <summary>The record's headers, in order.</summary>
    public readonly RecordHeaderReader Headers => new(_headers, HeaderCount);

    /// <summary>The record as it lies in the block, its length field included.</summary>
    public ReadOnlySpan<byte> Encoded { get; private set; }

    /// <summary>The bytes of the record from the key's length to the end: what does not depend on the batch.</summary>
    public ReadOnlySpan<byte> EncodedBody { get; private set; }

    /// <summary>Goes to the next record; false at the end and where the block is malformed.</summary>
    public bool MoveNext()
    {
        if (IsMalformed)
        {
            return false;
        }

        if (Index + 1 >= _count)
        {
            IsMalformed = _position != _block.Length;
            return false;
        }

        if (!TryReadRecord())
        {
            IsMalformed = true;
            return false;
        }

        Index++;
        return true;
    }

    /// <summary>A length-prefixed run of bytes, where -1 means null; advances the span past it.</summary>
    internal static bool TryTakeBytes(
        scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> bytes, out bool isNull)
    {
        bytes = default;
        isNull = true;
        if (!VarInt.TryReadInt32(rest, out var length, out var size) || length < -1 || length > rest.Length - size)
        {
            return false;
        }

        isNull = length < 0;
        rest = rest[size..];
        if (!isNull)
        {
            bytes = rest[..length];
            rest = rest[length..];
        }

        return true;
    }

    private bool TryReadRecord()
    {
        var block = _block[_position..];
        if (!VarInt.TryReadInt32(block, out var length, out var lengthSize)
            || length < MinRecordSize - 1
            || length > block.Length - lengthSize)
        {
            return false;
        }

        // One attributes byte, of no meaning yet, comes before the deltas.
        var rest = block.Slice(lengthSize + 1, length - 1);
        if (!VarInt.TryReadInt64(rest, out var timestampDelta, out var timestampSize)
            || !VarInt.TryReadInt32(rest[timestampSize..], out var offsetDelta, out var offsetSize))
        {
            return false;
        }

        rest = rest[(timestampSize + offsetSize)..];
        var body = rest;
        if (!TryTakeBytes(ref rest, out var key, out var isKeyNull)
            || !TryTakeBytes(ref rest, out var value, out var isValueNull)
            || !VarInt.TryReadInt32(rest, out var headerCount, out var headerCountSize)
            || !RecordHeaderReader.IsSound(rest[headerCountSize..], headerCount))
        {
            return false;
        }

        TimestampDelta = timestampDelta;
        OffsetDelta = offsetDelta;
        Key = key;
        IsKeyNull = isKeyNull;
        Value = value;
        IsValueNull = isValueNull;
        HeaderCount = headerCount;
        _headers = rest[headerCountSize..];
        Encoded = block[..(lengthSize + length)];
        EncodedBody = body;
        _position += lengthSize + length;
        return true;
    }
}
