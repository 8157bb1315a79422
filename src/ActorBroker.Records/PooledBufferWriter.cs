using System.Buffers;

namespace ActorBroker.Records;

/// <summary>
/// A growing buffer over the shared pool, made to be reused: <see cref="Clear"/> keeps the memory. One user at a time.
/// </summary>
/// <remarks>After <see cref="Dispose"/> it may be written to again; it then rents anew.</remarks>
public sealed class PooledBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int SmallestBuffer = 256;

    private byte[] _buffer = [];

    /// <summary>Bytes written since the last <see cref="Clear"/>.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>The bytes written; valid until the next write, clear or dispose.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, WrittenCount);

    /// <summary>The bytes written; valid until the next write, clear or dispose.</summary>
    public Span<byte> WrittenSpan => _buffer.AsSpan(0, WrittenCount);

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear() => WrittenCount = 0;

    /// <summary>Forgets what was written after the first <paramref name="count"/> bytes.</summary>
    public void Rewind(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)WrittenCount, nameof(count));
        WrittenCount = count;
    }

    /// <summary>Copies the bytes to the end.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        WrittenCount += bytes.Length;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        var room = (uint)(_buffer.Length - WrittenCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, room, nameof(count));
        WrittenCount += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(WrittenCount);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(WrittenCount);
    }

    /// <summary>Gives the memory back to the pool.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        WrittenCount = 0;
        Return(buffer);
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = (long)WrittenCount + Math.Max(sizeHint, 1);
        if (needed <= _buffer.Length)
        {
            return;
        }

        // Doubling keeps the copies linear; the ceiling is the runtime's own for one array.
        var size = Math.Min(Math.Max(Math.Max(needed, _buffer.Length * 2L), SmallestBuffer), Array.MaxLength);
        if (size < needed)
        {
            throw new InvalidOperationException($"A buffer of {needed} bytes is larger than one array may be.");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)size);
        WrittenSpan.CopyTo(larger);
        Return(_buffer);
        _buffer = larger;
    }
}
