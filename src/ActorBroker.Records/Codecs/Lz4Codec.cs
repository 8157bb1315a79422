using System.Buffers;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// The lz4 frame format by the system's liblz4. Written as Java's clients write and can read: independent blocks of
/// 64 KiB, no content size, no checksums.
/// </summary>
internal static unsafe class Lz4Codec
{
    private const int BlockSize64KiB = 4;
    private const int IndependentBlocks = 1;

    public static void Compress(int? level, ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        NativeCodecLibrary.Lz4.Require();
        var preferences = new Lz4Native.Preferences
        {
            BlockSizeId = BlockSize64KiB,
            BlockMode = IndependentBlocks,
            CompressionLevel = level ?? 0,
        };
        var bound = (int)Lz4Native.CompressFrameBound((nuint)source.Length, preferences);
        var room = destination.GetSpan(bound);
        fixed (byte* from = source)
        fixed (byte* to = room)
        {
            var size = Lz4Native.CompressFrame(to, (nuint)room.Length, from, (nuint)source.Length, preferences);
            if (Lz4Native.IsError(size) != 0)
            {
                throw new CompressionLibraryException("The lz4 library failed to compress a block.");
            }

            destination.Advance((int)size);
        }
    }

    public static DecompressionResult Decompress(
        ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        NativeCodecLibrary.Lz4.Require();
        var output = new BoundedOutput(destination, maxBytes);
        var context = Lz4DecompressionContext.Rent();

        // What the frame still wants; 0 only at its end, so an input that stops earlier is cut off.
        nuint wanted = 1;
        fixed (byte* start = source)
        {
            var at = 0;
            var isStuck = false;
            while (!isStuck && (at < source.Length || wanted != 0))
            {
                var room = output.Next();
                var read = (nuint)(source.Length - at);
                var written = (nuint)room.Length;
                fixed (byte* to = room)
                {
                    wanted = Lz4Native.Decompress(context, to, ref written, start + at, ref read, 0);
                }

                if (Lz4Native.IsError(wanted) != 0)
                {
                    return DecompressionResult.Corrupt;
                }

                if (!output.Advance((int)written))
                {
                    return DecompressionResult.TooLarge;
                }

                at += (int)read;
                isStuck = read == 0 && written == 0;
            }
        }

        return wanted == 0 ? DecompressionResult.Ok : DecompressionResult.Corrupt;
    }
}
