using System.Buffers.Binary;
using System.Text;

namespace ActorBroker.Protocol;

/// <summary>
/// Reads the wire's primitives from a frame. The first short or malformed field makes the reader faulted; from then
/// on it stands at the end and every read gives a default, so decoders check once, when they are done.
/// </summary>
/// <remarks>
/// Nothing is allocated for a length or count before the bytes that it promises are known to be there. Byte fields
/// are slices of the frame: they live as long as the frame's buffer.
/// </remarks>
public ref struct KafkaReader
{
    private const int ListCapacityMax = 1024;

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;

    /// <summary>A reader at the start of <paramref name="frame"/>.</summary>
    public KafkaReader(ReadOnlyMemory<byte> frame)
    {
        _memory = frame;
        _span = frame.Span;
    }

    /// <summary>True after the first field that was short or malformed.</summary>
    public bool Faulted { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes not read yet; 0 when faulted.</summary>
    public readonly int Remaining => _span.Length - _position;

    /// <summary>True when every byte was read and every field was good.</summary>
    public readonly bool Complete => !Faulted && Remaining == 0;

    /// <summary>The first capacity of a list of <paramref name="count"/> elements.</summary>
    public static int Capacity(int count) => Math.Min(count, ListCapacityMax);

    /// <summary>Gives up: the input is not what the caller needs.</summary>
    public void Fault()
    {
        Faulted = true;
        _position = _span.Length;
    }

    /// <summary>One byte; anything but 0 is true.</summary>
    public bool ReadBoolean() => ReadInt8() != 0;

    /// <summary>One signed byte.</summary>
    public sbyte ReadInt8() => TryTake(1, out var at) ? (sbyte)_span[at] : (sbyte)0;

    /// <summary>Two bytes.</summary>
    public short ReadInt16() => TryTake(2, out var at) ? BinaryPrimitives.ReadInt16BigEndian(_span[at..]) : (short)0;

    /// <summary>Two bytes without a sign.</summary>
    public ushort ReadUInt16() => (ushort)ReadInt16();

    /// <summary>Four bytes.</summary>
    public int ReadInt32() => TryTake(4, out var at) ? BinaryPrimitives.ReadInt32BigEndian(_span[at..]) : 0;

    /// <summary>Four bytes without a sign.</summary>
    public uint ReadUInt32() => (uint)ReadInt32();

    /// <summary>Eight bytes.</summary>
    public long ReadInt64() => TryTake(8, out var at) ? BinaryPrimitives.ReadInt64BigEndian(_span[at..]) : 0;

    /// <summary>Eight bytes, IEEE 754 binary64.</summary>
    public double ReadFloat64() => BitConverter.Int64BitsToDouble(ReadInt64());

    /// <summary>Sixteen bytes in the order of the text form.</summary>
    public Guid ReadUuid() => TryTake(16, out var at) ? new Guid(_span.Slice(at, 16), bigEndian: true) : Guid.Empty;

    /// <summary>One to five bytes, seven bits each, lowest first.</summary>
    public uint ReadUnsignedVarint()
    {
        var value = 0u;
        for (var shift = 0; shift <= 28; shift += 7)
        {
            if (!TryTake(1, out var at))
            {
                return 0;
            }

            uint part = _span[at];
            if (shift == 28 && part > 0x0f)
            {
                break;
            }

            value |= (part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        Fault();
        return 0;
    }

    /// <summary>UTF-8 text that may not be null.</summary>
    public string ReadString(bool compact)
    {
        var length = ReadStringLength(compact);
        return length < 0 ? FaultWith(string.Empty) : TakeString(length);
    }

    /// <summary>UTF-8 text or null.</summary>
    public string? ReadNullableString(bool compact)
    {
        var length = ReadStringLength(compact);
        return length < 0 ? null : TakeString(length);
    }

    /// <summary>The UTF-8 bytes of a text that may not be null.</summary>
    public ReadOnlySpan<byte> ReadStringBytes(bool compact)
    {
        var length = ReadStringLength(compact);
        if (length < 0)
        {
            Fault();
            return default;
        }

        return TryTake(length, out var at) ? _span.Slice(at, length) : default;
    }

    /// <summary>A slice of the frame that may not be null.</summary>
    public ReadOnlyMemory<byte> ReadBytes(bool compact)
    {
        var length = ReadLength(compact);
        return length < 0 ? FaultWith(ReadOnlyMemory<byte>.Empty) : TakeBytes(length);
    }

    /// <summary>A slice of the frame, or null.</summary>
    public ReadOnlyMemory<byte>? ReadNullableBytes(bool compact)
    {
        var length = ReadLength(compact);
        if (length < 0)
        {
            // Not a conditional expression: there null would become an empty memory by way of byte[].
            return null;
        }

        return TakeBytes(length);
    }

    /// <summary>The number of elements that follow, each of at least <paramref name="elementSizeMin"/> bytes.</summary>
    public int ReadArrayLength(bool compact, int elementSizeMin)
    {
        var count = ReadNullableArrayLength(compact, elementSizeMin);
        return count < 0 ? FaultWith(0) : count;
    }

    /// <summary>As <see cref="ReadArrayLength"/>; -1 means null.</summary>
    public int ReadNullableArrayLength(bool compact, int elementSizeMin)
    {
        var count = ReadLength(compact);
        return (long)count * elementSizeMin > Remaining ? FaultWith(0) : count;
    }

    /// <summary>Skips a section of tagged fields of which the reader knows none.</summary>
    public void SkipTaggedFields()
    {
        var count = ReadTagCount();
        for (var i = 0; i < count && !Faulted; i++)
        {
            _ = ReadUnsignedVarint();
            SkipTagged();
        }
    }

    /// <summary>The number of tagged fields that follow.</summary>
    public int ReadTagCount()
    {
        // A tagged field takes two bytes at least: its tag and its size.
        var count = ReadUnsignedVarint();
        return count * 2L > Remaining ? FaultWith(0) : (int)count;
    }

    /// <summary>Reads the size of a tagged field whose value comes next, and gives the position after it.</summary>
    public int BeginTagged()
    {
        var size = ReadUnsignedVarint();
        return size > (uint)Remaining ? FaultWith(_span.Length) : _position + (int)size;
    }

    /// <summary>Faults unless the value of a tagged field ended where its size said.</summary>
    public void EndTagged(int end)
    {
        if (_position != end)
        {
            Fault();
        }
    }

    /// <summary>Skips the size and the value of a tagged field that the reader does not know.</summary>
    public void SkipTagged()
    {
        var end = BeginTagged();
        if (!Faulted)
        {
            _position = end;
        }
    }

    private int ReadStringLength(bool compact)
    {
        var length = compact ? ReadLength(compact: true) : ReadInt16();
        return length is < -1 or > short.MaxValue ? FaultWith(0) : length;
    }

    // The lengths below -1 that a classic field can hold are malformed; a faulted reader must not look like a null.
    private int ReadLength(bool compact)
    {
        if (!compact)
        {
            var length = ReadInt32();
            return length < -1 ? FaultWith(0) : length;
        }

        var plusOne = ReadUnsignedVarint();
        return Faulted || plusOne > int.MaxValue ? FaultWith(0) : (int)plusOne - 1;
    }

    private string TakeString(int length) =>
        TryTake(length, out var at) ? Encoding.UTF8.GetString(_span.Slice(at, length)) : string.Empty;

    private ReadOnlyMemory<byte> TakeBytes(int length) =>
        TryTake(length, out var at) ? _memory.Slice(at, length) : ReadOnlyMemory<byte>.Empty;

    private bool TryTake(int count, out int at)
    {
        at = _position;
        if (count > Remaining)
        {
            Fault();
            return false;
        }

        _position += count;
        return true;
    }

    private T FaultWith<T>(T value)
    {
        Fault();
        return value;
    }
}
