using System.Buffers;
using System.Buffers.Binary;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// Snappy as Kafka's clients use it: read in snappy-java's framing or as one bare block, written in the framing, which
/// is what Java clients expect and the others accept.
/// </summary>
/// <remarks>
/// Framing: eight magic bytes, version 1, lowest compatible version 1, then chunks of an INT32 size and a block.
/// </remarks>
internal static class SnappyCodec
{
    private const int HeaderSize = 16;

    /// <summary>The chunk size of Java's writer.</summary>
    private const int ChunkSize = 32 * 1024;

    private static ReadOnlySpan<byte> Header =>
        [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];

    private static ReadOnlySpan<byte> Magic => Header[..8];

    public static void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        destination.Write(Header);
        var table = ArrayPool<ushort>.Shared.Rent(SnappyBlock.TableSize);
        while (!source.IsEmpty)
        {
            var chunk = source[..Math.Min(source.Length, ChunkSize)];
            var room = destination.GetSpan(sizeof(int) + SnappyBlock.MaxCompressedSize(chunk.Length));
            var size = SnappyBlock.Compress(chunk, room[sizeof(int)..], table.AsSpan(0, SnappyBlock.TableSize));
            BinaryPrimitives.WriteInt32BigEndian(room, size);
            destination.Advance(sizeof(int) + size);
            source = source[chunk.Length..];
        }

        ArrayPool<ushort>.Shared.Return(table);
    }

    public static DecompressionResult Decompress(
        ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        var left = maxBytes;
        if (!source.StartsWith(Magic))
        {
            return DecompressBlock(source, destination, ref left);
        }

        while (!source.IsEmpty)
        {
            // Streams may be put one after the other: a header can stand where a chunk would.
            if (source.StartsWith(Magic))
            {
                if (source.Length < HeaderSize)
                {
                    return DecompressionResult.Corrupt;
                }

                source = source[HeaderSize..];
                continue;
            }

            if (!BinaryPrimitives.TryReadInt32BigEndian(source, out var size)
                || size < 0 || size > source.Length - sizeof(int))
            {
                return DecompressionResult.Corrupt;
            }

            var result = DecompressBlock(source.Slice(sizeof(int), size), destination, ref left);
            if (result != DecompressionResult.Ok)
            {
                return result;
            }

            source = source[(sizeof(int) + size)..];
        }

        return DecompressionResult.Ok;
    }

    private static DecompressionResult DecompressBlock(
        ReadOnlySpan<byte> block, IBufferWriter<byte> destination, ref int left)
    {
        if (!SnappyBlock.TryReadLength(block, out var length, out var size))
        {
            return DecompressionResult.Corrupt;
        }

        if (length > left)
        {
            return DecompressionResult.TooLarge;
        }

        if (!SnappyBlock.TryDecompress(block[size..], destination.GetSpan(length)[..length]))
        {
            return DecompressionResult.Corrupt;
        }

        destination.Advance(length);
        left -= length;
        return DecompressionResult.Ok;
    }
}
