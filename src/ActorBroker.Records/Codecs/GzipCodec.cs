using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace ActorBroker.Records.Codecs;

/// <summary>RFC 1952 by the framework's own zlib.</summary>
/// <remarks>
/// The framework's decompressor ends quietly where its input is cut off, so the length in the stream's trailer must
/// equal what came out. That makes a stream of several gzip members, which no Kafka client writes, a corrupt one.
/// </remarks>
internal static class GzipCodec
{
    /// <summary>Header and trailer; a shorter input is no gzip stream.</summary>
    private const int MinSize = 18;

    /// <summary>
    /// The gzip stream of nothing: the framework's compressor writes no header when it gets no bytes.
    /// </summary>
    private static ReadOnlySpan<byte> Empty =>
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public static void Compress(int? level, ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        if (source.IsEmpty)
        {
            destination.Write(Empty);
            return;
        }

        // Kafka's -1 is zlib's own default level, as is null here.
        var options = new ZLibCompressionOptions { CompressionLevel = level ?? -1 };
        using var output = new BufferWriterStream(destination);
        using var gzip = new GZipStream(output, options, leaveOpen: true);
        gzip.Write(source);
    }

    public static unsafe DecompressionResult Decompress(
        ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        if (source.Length < MinSize)
        {
            return DecompressionResult.Corrupt;
        }

        fixed (byte* start = source)
        {
            using var input = new UnmanagedMemoryStream(start, source.Length);
            using var gzip = new GZipStream(input, CompressionMode.Decompress);
            var announced = BinaryPrimitives.ReadUInt32LittleEndian(source[^sizeof(uint)..]);
            return Drain(gzip, new BoundedOutput(destination, maxBytes), maxBytes - (long)announced);
        }
    }

    private static DecompressionResult Drain(GZipStream gzip, BoundedOutput output, long leftAtEnd)
    {
        try
        {
            while (true)
            {
                var count = gzip.Read(output.Next());
                if (count == 0)
                {
                    return output.Left == leftAtEnd ? DecompressionResult.Ok : DecompressionResult.Corrupt;
                }

                if (!output.Advance(count))
                {
                    return DecompressionResult.TooLarge;
                }
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            return DecompressionResult.Corrupt;
        }
    }
}
