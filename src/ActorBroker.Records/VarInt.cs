using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorBroker.Records;

/// <summary>
/// Variable-length integers: base-128 groups, low group first. The signed forms are zigzag coded, as in records; the
/// unsigned one is that of the compact wire types.
/// </summary>
/// <remarks>
/// Reading never goes past the span: a cut-off, over-long or overflowing number is refused, not thrown.
/// </remarks>
public static class VarInt
{
    /// <summary>The longest coding of 32 bits.</summary>
    public const int MaxSize32 = 5;

    /// <summary>The longest coding of 64 bits.</summary>
    public const int MaxSize64 = 10;

    /// <summary>Reads a zigzag coded 32-bit number; <paramref name="size"/> is how many bytes it took.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadInt32(ReadOnlySpan<byte> source, out int value, out int size)
    {
        var read = TryReadUInt32(source, out var raw, out size);
        value = (int)(raw >> 1) ^ -(int)(raw & 1);
        return read;
    }

    /// <summary>Reads a zigzag coded 64-bit number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadInt64(ReadOnlySpan<byte> source, out long value, out int size)
    {
        var read = TryReadUInt64(source, out var raw, out size);
        value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return read;
    }

    /// <summary>Reads an unsigned 32-bit number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadUInt32(ReadOnlySpan<byte> source, out uint value, out int size)
    {
        if (!source.IsEmpty && source[0] < 0x80)
        {
            value = source[0];
            size = 1;
            return true;
        }

        return TryReadLong(source, MaxSize32, 0x0F, out value, out size);
    }

    /// <summary>Reads an unsigned 64-bit number.</summary>
    public static bool TryReadUInt64(ReadOnlySpan<byte> source, out ulong value, out int size)
    {
        value = 0;
        for (size = 0; size < MaxSize64 && size < source.Length;)
        {
            var group = source[size];
            if (size == MaxSize64 - 1 && group > 1)
            {
                break;
            }

            value |= (ulong)(group & 0x7F) << (7 * size);
            size++;
            if (group < 0x80)
            {
                return true;
            }
        }

        value = 0;
        size = 0;
        return false;
    }

    /// <summary>Writes a zigzag coded 32-bit number and returns its size; the span must have room.</summary>
    public static int WriteInt32(Span<byte> destination, int value) =>
        WriteUInt32(destination, (uint)((value << 1) ^ (value >> 31)));

    /// <summary>Writes a zigzag coded 64-bit number and returns its size; the span must have room.</summary>
    public static int WriteInt64(Span<byte> destination, long value) =>
        WriteUInt64(destination, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes an unsigned 32-bit number and returns its size; the span must have room.</summary>
    public static int WriteUInt32(Span<byte> destination, uint value) => WriteUInt64(destination, value);

    /// <summary>Writes an unsigned 64-bit number and returns its size; the span must have room.</summary>
    public static int WriteUInt64(Span<byte> destination, ulong value)
    {
        var size = 0;
        for (; value >= 0x80; value >>= 7)
        {
            destination[size++] = (byte)(value | 0x80);
        }

        destination[size++] = (byte)value;
        return size;
    }

    /// <summary>Bytes that <see cref="WriteInt32"/> takes.</summary>
    public static int SizeOfInt32(int value) => SizeOfUInt32((uint)((value << 1) ^ (value >> 31)));

    /// <summary>Bytes that <see cref="WriteInt64"/> takes.</summary>
    public static int SizeOfInt64(long value) => SizeOfUInt64((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Bytes that <see cref="WriteUInt32"/> takes.</summary>
    public static int SizeOfUInt32(uint value) => SizeOfUInt64(value);

    /// <summary>Bytes that <see cref="WriteUInt64"/> takes.</summary>
    public static int SizeOfUInt64(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private static bool TryReadLong(
        ReadOnlySpan<byte> source, int maxSize, byte lastGroupMax, out uint value, out int size)
    {
        value = 0;
        for (size = 0; size < maxSize && size < source.Length;)
        {
            var group = source[size];
            if (size == maxSize - 1 && group > lastGroupMax)
            {
                break;
            }

            value |= (uint)(group & 0x7F) << (7 * size);
            size++;
            if (group < 0x80)
            {
                return true;
            }
        }

        value = 0;
        size = 0;
        return false;
    }
}
