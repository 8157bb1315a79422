using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ActorBroker.Protocol;

/// <summary>
/// Appends the wire's primitives to one pooled buffer that grows. A writer is used again after <see cref="Reset()"/>;
/// it keeps its buffer until it is disposed.
/// </summary>
/// <remarks>Not thread-safe. The written bytes are valid until the next write, reset or dispose.</remarks>
public sealed class KafkaWriter : IDisposable
{
    private byte[] _buffer;

    /// <summary>A writer with a buffer of at least <paramref name="capacity"/> bytes.</summary>
    public KafkaWriter(int capacity = 1024) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that the buffer holds before it must grow.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>The written bytes.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>The written bytes.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, Length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Reset() => Length = 0;

    /// <summary>Forgets what was written, and a buffer above <paramref name="capacityMax"/> too.</summary>
    public void Reset(int capacityMax)
    {
        Length = 0;
        if (_buffer.Length > capacityMax)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(capacityMax, 1024));
        }
    }

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        Length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>One byte, 0 or 1.</summary>
    public void WriteBoolean(bool value) => Append(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>One signed byte.</summary>
    public void WriteInt8(sbyte value) => Append(1)[0] = (byte)value;

    /// <summary>Two bytes.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Append(2), value);

    /// <summary>Two bytes without a sign.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Append(2), value);

    /// <summary>Four bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Append(4), value);

    /// <summary>Four bytes without a sign.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Append(4), value);

    /// <summary>Eight bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Append(8), value);

    /// <summary>Eight bytes, IEEE 754 binary64.</summary>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Append(8), value);

    /// <summary>Sixteen bytes in the order of the text form.</summary>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Append(16), bigEndian: true, out _);

    /// <summary>One to five bytes, seven bits each, lowest first.</summary>
    public void WriteUnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Append(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Append(1)[0] = (byte)value;
    }

    /// <summary>UTF-8 text.</summary>
    /// <exception cref="ProtocolException">It has more than 32767 bytes.</exception>
    public void WriteString(string value, bool compact)
    {
        ArgumentNullException.ThrowIfNull(value);
        var size = Encoding.UTF8.GetByteCount(value);
        if (size > short.MaxValue)
        {
            throw new ProtocolException($"A string of {size} bytes is longer than the wire's 32767.");
        }

        if (compact)
        {
            WriteUnsignedVarint((uint)size + 1);
        }
        else
        {
            WriteInt16((short)size);
        }

        Encoding.UTF8.GetBytes(value, Append(size));
    }

    /// <summary>UTF-8 text or null.</summary>
    public void WriteNullableString(string? value, bool compact)
    {
        if (value is not null)
        {
            WriteString(value, compact);
        }
        else if (compact)
        {
            WriteUnsignedVarint(0);
        }
        else
        {
            WriteInt16(-1);
        }
    }

    /// <summary>Bytes behind their length.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value, bool compact)
    {
        WriteArrayLength(value.Length, compact);
        WriteRaw(value);
    }

    /// <summary>Bytes behind their length, or null.</summary>
    public void WriteNullableBytes(ReadOnlyMemory<byte>? value, bool compact)
    {
        if (value is { } bytes)
        {
            WriteBytes(bytes.Span, compact);
        }
        else
        {
            WriteArrayLength(-1, compact);
        }
    }

    /// <summary>The length of an array or of bytes; -1 is null.</summary>
    public void WriteArrayLength(int count, bool compact)
    {
        if (compact)
        {
            WriteUnsignedVarint((uint)(count + 1L));
        }
        else
        {
            WriteInt32(count);
        }
    }

    /// <summary>Bytes as they are, without a length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => value.CopyTo(Append(value.Length));

    /// <summary>Leaves room that a patch fills later; gives its position.</summary>
    public int Reserve(int count)
    {
        var at = Length;
        Append(count).Clear();
        return at;
    }

    /// <summary>Overwrites four bytes at <paramref name="position"/>.</summary>
    public void PatchInt32(int position, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(0, Length)[position..], value);

    /// <summary>Cuts the writer back to <paramref name="length"/> bytes.</summary>
    public void TruncateTo(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    /// <summary>Opens a tagged field whose value is written next; gives the mark for <see cref="EndTagged"/>.</summary>
    public int BeginTagged(uint tag)
    {
        WriteUnsignedVarint(tag);
        return Reserve(1);
    }

    /// <summary>Closes a tagged field: writes the size of its value before the value.</summary>
    public void EndTagged(int mark)
    {
        var size = Length - mark - 1;
        var extra = VarintSize((uint)size) - 1;
        if (extra > 0)
        {
            // Most values are short, so one byte was left for the size; a long value moves up.
            Append(extra);
            _buffer.AsSpan(mark + 1, size).CopyTo(_buffer.AsSpan(mark + 1 + extra));
        }

        var end = Length;
        Length = mark;
        WriteUnsignedVarint((uint)size);
        Length = end;
    }

    /// <summary>Bytes that <see cref="WriteUnsignedVarint"/> takes.</summary>
    public static int VarintSize(uint value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }

    private Span<byte> Append(int count)
    {
        if (count > _buffer.Length - Length)
        {
            Grow(count);
        }

        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(
            Math.Max(2L * _buffer.Length, (long)Length + count), Array.MaxLength));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
