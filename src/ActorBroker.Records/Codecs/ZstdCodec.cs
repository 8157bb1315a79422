using System.Buffers;

namespace ActorBroker.Records.Codecs;

/// <summary>RFC 8878 by the system's libzstd.</summary>
/// <remarks>
/// Decompression streams, since Java's clients write frames without a content size and a hostile size must not decide
/// an allocation. The library itself refuses windows above 128 MiB.
/// </remarks>
internal static unsafe class ZstdCodec
{
    /// <summary>zstd's and Kafka's default.</summary>
    private const int DefaultLevel = 3;

    public static void Compress(int? level, ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        NativeCodecLibrary.Zstd.Require();
        var room = destination.GetSpan((int)ZstdNative.CompressBound((nuint)source.Length));
        fixed (byte* from = source)
        fixed (byte* to = room)
        {
            var size = ZstdNative.Compress(
                ZstdContext.RentCompressor(),
                to,
                (nuint)room.Length,
                from,
                (nuint)source.Length,
                level ?? DefaultLevel);
            if (ZstdNative.IsError(size) != 0)
            {
                throw new CompressionLibraryException("The zstd library failed to compress a block.");
            }

            destination.Advance((int)size);
        }
    }

    public static DecompressionResult Decompress(
        ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        NativeCodecLibrary.Zstd.Require();
        var context = ZstdContext.RentDecompressor();
        var result = Decompress(context, source, new BoundedOutput(destination, maxBytes));
        ZstdContext.TrimDecompressor();
        return result;
    }

    private static DecompressionResult Decompress(nint context, ReadOnlySpan<byte> source, BoundedOutput output)
    {
        // What the frame still wants; 0 only at its end, so an input that stops earlier is cut off.
        nuint wanted = 1;
        fixed (byte* start = source)
        {
            var input = new ZstdNative.Buffer { Start = start, Size = (nuint)source.Length };
            var isStuck = false;
            while (!isStuck && (input.Position < input.Size || wanted != 0))
            {
                var room = output.Next();
                var before = input.Position;
                nuint written;
                fixed (byte* to = room)
                {
                    var chunk = new ZstdNative.Buffer { Start = to, Size = (nuint)room.Length };
                    wanted = ZstdNative.Decompress(context, ref chunk, ref input);
                    written = chunk.Position;
                }

                if (ZstdNative.IsError(wanted) != 0)
                {
                    return DecompressionResult.Corrupt;
                }

                if (!output.Advance((int)written))
                {
                    return DecompressionResult.TooLarge;
                }

                isStuck = written == 0 && input.Position == before;
            }
        }

        return wanted == 0 ? DecompressionResult.Ok : DecompressionResult.Corrupt;
    }
}
