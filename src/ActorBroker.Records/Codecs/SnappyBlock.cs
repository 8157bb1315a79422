using System.Buffers.Binary;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// The raw snappy block format: a length, then literals and copies from what was already produced.
/// </summary>
/// <remarks>
/// Tags by their low two bits: 0 literal, 1 copy of 4 to 11 bytes at an 11-bit distance, 2 copy of 1 to 64 bytes at a
/// 16-bit distance, 3 the same at 32 bits. The compressor is greedy with one hash table of positions, so its input is
/// limited to <see cref="MaxInput"/>; longer data goes as several blocks.
/// </remarks>
internal static class SnappyBlock
{
    /// <summary>The most that one call compresses: distances then fit in 16 bits.</summary>
    public const int MaxInput = 1 << 16;

    private const int HashBits = 13;

    /// <summary>Entries of the work table that <see cref="Compress"/> needs.</summary>
    public const int TableSize = 1 << HashBits;

    /// <summary>Too near the end for a match search: what is left goes as a literal.</summary>
    private const int TailSize = 15;

    /// <summary>A three-byte copy makes 64 bytes, and nothing makes more.</summary>
    private const int MaxRatio = 22;

    /// <summary>The most that <paramref name="length"/> bytes can become.</summary>
    public static int MaxCompressedSize(int length) => 32 + length + (length / 6);

    /// <summary>Compresses up to <see cref="MaxInput"/> bytes and returns the size.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, Span<ushort> table)
    {
        var written = VarInt.WriteUInt32(destination, (uint)source.Length);
        var literalStart = 0;
        var limit = source.Length - TailSize;
        if (limit > 0)
        {
            table.Clear();
            var next = 1;
            while (TryFindMatch(source, table, limit, ref next, out var candidate))
            {
                written += WriteLiteral(destination[written..], source[literalStart..next]);
                var length = 4 + source[(next + 4)..].CommonPrefixLength(source[(candidate + 4)..]);
                written += WriteCopy(destination[written..], next - candidate, length);
                next += length;
                literalStart = next;
                if (next >= limit)
                {
                    break;
                }

                table[Hash(Load(source, next - 1))] = (ushort)(next - 1);
            }
        }

        return written + WriteLiteral(destination[written..], source[literalStart..]);
    }

    /// <summary>The length that the block announces; false where that cannot be true.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> source, out int length, out int size)
    {
        var read = VarInt.TryReadUInt32(source, out var announced, out size);
        length = (int)announced;
        return read && announced <= int.MaxValue && announced <= (long)source.Length * MaxRatio;
    }

    /// <summary>Decompresses the tags after the length into exactly <paramref name="destination"/>.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> tags, Span<byte> destination)
    {
        var produced = 0;
        while (!tags.IsEmpty)
        {
            if (!TryReadTag(ref tags, out var length, out var distance) || length > destination.Length - produced)
            {
                return false;
            }

            var target = destination.Slice(produced, (int)length);
            if (distance == 0)
            {
                if (length > tags.Length)
                {
                    return false;
                }

                tags[..(int)length].CopyTo(target);
                tags = tags[(int)length..];
            }
            else if (distance > produced)
            {
                return false;
            }
            else
            {
                Repeat(destination, produced, (int)distance, target);
            }

            produced += (int)length;
        }

        return produced == destination.Length;
    }

    /// <summary>One tag: a copy's length and distance, or a literal's length with distance 0.</summary>
    private static bool TryReadTag(ref ReadOnlySpan<byte> tags, out long length, out uint distance)
    {
        var tag = tags[0];
        var kind = tag & 3;
        var high = tag >> 2;
        length = high + 1L;
        distance = 0;

        // Bytes after the tag: of a long literal's length, or of a copy's distance.
        var extra = kind switch { 0 => Math.Max(high - 59, 0), 1 => 1, 2 => 2, _ => 4 };
        if (tags.Length <= extra)
        {
            return false;
        }

        uint number = 0;
        for (var i = 0; i < extra; i++)
        {
            number |= (uint)tags[i + 1] << (8 * i);
        }

        tags = tags[(extra + 1)..];
        switch (kind)
        {
            case 0:
                length = extra > 0 ? number + 1L : length;
                return true;
            case 1:
                length = 4 + (high & 7);
                distance = (uint)((tag >> 5) << 8) | number;
                return distance > 0;
            default:
                distance = number;
                return distance > 0;
        }
    }

    private static void Repeat(Span<byte> output, int produced, int distance, Span<byte> target)
    {
        var from = produced - distance;
        if (distance >= target.Length)
        {
            output.Slice(from, target.Length).CopyTo(target);
            return;
        }

        // The copy overlaps its own output: a short pattern repeats.
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = output[from + i];
        }
    }

    /// <summary>Looks from <paramref name="next"/> on, in longer strides the longer nothing matches.</summary>
    private static bool TryFindMatch(
        ReadOnlySpan<byte> source, Span<ushort> table, int limit, ref int next, out int candidate)
    {
        for (var misses = 32; next < limit; next += misses++ >> 5)
        {
            var word = Load(source, next);
            ref var entry = ref table[Hash(word)];
            candidate = entry;
            entry = (ushort)next;
            if (Load(source, candidate) == word)
            {
                return true;
            }
        }

        candidate = 0;
        return false;
    }

    private static int WriteLiteral(Span<byte> destination, ReadOnlySpan<byte> literal)
    {
        if (literal.IsEmpty)
        {
            return 0;
        }

        var last = literal.Length - 1;
        int size;
        if (last < 60)
        {
            destination[0] = (byte)(last << 2);
            size = 1;
        }
        else if (last < 256)
        {
            destination[0] = 60 << 2;
            destination[1] = (byte)last;
            size = 2;
        }
        else
        {
            destination[0] = 61 << 2;
            BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)last);
            size = 3;
        }

        literal.CopyTo(destination[size..]);
        return size + literal.Length;
    }

    private static int WriteCopy(Span<byte> destination, int distance, int length)
    {
        var size = 0;

        // A rest of less than four bytes would have no short form, hence 60 before the last piece.
        for (; length > 64; length -= length >= 68 ? 64 : 60)
        {
            size += WriteLongCopy(destination[size..], distance, length >= 68 ? 64 : 60);
        }

        if (length >= 12 || distance >= 2048)
        {
            return size + WriteLongCopy(destination[size..], distance, length);
        }

        destination[size] = (byte)(((distance >> 8) << 5) | ((length - 4) << 2) | 1);
        destination[size + 1] = (byte)distance;
        return size + 2;
    }

    private static int WriteLongCopy(Span<byte> destination, int distance, int length)
    {
        destination[0] = (byte)(((length - 1) << 2) | 2);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)distance);
        return 3;
    }

    private static uint Load(ReadOnlySpan<byte> source, int at) =>
        BinaryPrimitives.ReadUInt32LittleEndian(source[at..]);

    private static int Hash(uint word) => (int)((word * 0x9E3779B1) >> (32 - HashBits));
}
