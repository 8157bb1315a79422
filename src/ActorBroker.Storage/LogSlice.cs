using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

/// <summary>
/// Whole stored batches, byte for byte as they lie in one segment. It leases the segment: the file stays open, under
/// whatever name or none, until the slice is disposed, once, by its one owner. The default value is empty.
/// </summary>
public readonly struct LogSlice : IDisposable
{
    private readonly LogSegment? _segment;

    internal LogSlice(LogSegment segment, long position, int length, long firstOffset)
    {
        _segment = segment;
        Position = position;
        Length = length;
        FirstOffset = firstOffset;
    }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Where the bytes start in the file of <see cref="SendStream"/>.</summary>
    public long Position { get; }

    /// <summary>Base offset of the first batch; 0 in an empty slice.</summary>
    public long FirstOffset { get; }

    /// <summary>No bytes.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The file for sendfile; null where there is no real file. Never to be disposed or positioned.</summary>
    public FileStream? SendStream => _segment?.SendStream;

    /// <summary>Copies all bytes to the start of the span.</summary>
    public void CopyTo(Span<byte> destination) => _segment?.ReadExactly(destination[..Length], Position);

    /// <summary>Copies the bytes from <paramref name="start"/> on, as many as the span takes.</summary>
    public void CopyTo(Span<byte> destination, int start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Length - start);
        _segment?.ReadExactly(destination, Position + start);
    }

    /// <summary>The bytes in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Returns the lease.</summary>
    public void Dispose() => _segment?.Release();
}
