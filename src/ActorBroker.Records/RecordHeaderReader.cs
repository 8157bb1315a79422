namespace ActorBroker.Records;

/// <summary>Walks one record's headers without allocating. The record's reader has checked them before.</summary>
public ref struct RecordHeaderReader
{
    /// <summary>The smallest header: an empty key and a null value.</summary>
    private const int MinHeaderSize = 2;

    private ReadOnlySpan<byte> _rest;
    private int _left;

    internal RecordHeaderReader(ReadOnlySpan<byte> headers, int count)
    {
        _rest = headers;
        _left = count;
    }

    /// <summary>The key, UTF-8; keys may repeat.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The value; empty where null.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>True where the header has no value.</summary>
    public bool IsValueNull { get; private set; }

    /// <summary>Goes to the next header.</summary>
    public bool MoveNext()
    {
        if (_left <= 0 || !TryTake(ref _rest, out var key, out var value, out var isValueNull))
        {
            return false;
        }

        _left--;
        Key = key;
        Value = value;
        IsValueNull = isValueNull;
        return true;
    }

    /// <summary>True where the bytes are exactly the announced headers.</summary>
    internal static bool IsSound(ReadOnlySpan<byte> headers, int count)
    {
        if (count < 0 || (long)count * MinHeaderSize > headers.Length)
        {
            return false;
        }

        for (; count > 0; count--)
        {
            if (!TryTake(ref headers, out _, out _, out _))
            {
                return false;
            }
        }

        return headers.IsEmpty;
    }

    private static bool TryTake(
        scoped ref ReadOnlySpan<byte> rest,
        out ReadOnlySpan<byte> key,
        out ReadOnlySpan<byte> value,
        out bool isValueNull)
    {
        value = default;
        isValueNull = true;
        return RecordReader.TryTakeBytes(ref rest, out key, out var isKeyNull)
            && !isKeyNull
            && RecordReader.TryTakeBytes(ref rest, out value, out isValueNull);
    }
}
