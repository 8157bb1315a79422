using System.Buffers;
using ActorBroker.Records.Codecs;

namespace ActorBroker.Records;

/// <summary>
/// The record compression codecs, whole block in, whole block out. What is compressed is a batch's bytes from
/// <see cref="RecordBatchHeader.Size"/> on.
/// </summary>
/// <remarks>
/// lz4 and zstd use the system's <c>liblz4</c> and <c>libzstd</c>, loaded when first needed; a missing one is a
/// <see cref="CompressionLibraryException"/> that says what to install. Thread-safe.
/// </remarks>
public static class Compression
{
    /// <summary>Writes the compressed form of <paramref name="source"/>.</summary>
    /// <param name="codec">One of the five codecs; <c>None</c> copies.</param>
    /// <param name="level">The codec's own level, or null for its default; snappy has none.</param>
    /// <param name="source">The bytes to compress; may be empty.</param>
    /// <param name="destination">Takes the output.</param>
    public static void Compress(
        CompressionCodec codec, int? level, ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        switch (codec)
        {
            case CompressionCodec.None:
                destination.Write(source);
                break;
            case CompressionCodec.Gzip:
                GzipCodec.Compress(level, source, destination);
                break;
            case CompressionCodec.Snappy:
                SnappyCodec.Compress(source, destination);
                break;
            case CompressionCodec.Lz4:
                Lz4Codec.Compress(level, source, destination);
                break;
            case CompressionCodec.Zstd:
                ZstdCodec.Compress(level, source, destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(codec), codec, "There is no such codec.");
        }
    }

    /// <summary>Writes the decompressed form of <paramref name="source"/>, which may be hostile.</summary>
    /// <param name="codec">The batch's codec.</param>
    /// <param name="source">The compressed bytes: one whole stream.</param>
    /// <param name="destination">Takes the output; after a result other than <c>Ok</c> what it got has no
    /// meaning.</param>
    /// <param name="maxBytes">The most that may come out; more is <c>TooLarge</c>, found out before it is
    /// produced.</param>
    public static DecompressionResult Decompress(
        CompressionCodec codec, ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        switch (codec)
        {
            case CompressionCodec.None when source.Length > maxBytes:
                return DecompressionResult.TooLarge;
            case CompressionCodec.None:
                destination.Write(source);
                return DecompressionResult.Ok;
            case CompressionCodec.Gzip:
                return GzipCodec.Decompress(source, destination, maxBytes);
            case CompressionCodec.Snappy:
                return SnappyCodec.Decompress(source, destination, maxBytes);
            case CompressionCodec.Lz4:
                return Lz4Codec.Decompress(source, destination, maxBytes);
            case CompressionCodec.Zstd:
                return ZstdCodec.Decompress(source, destination, maxBytes);
            default:
                return DecompressionResult.UnknownCodec;
        }
    }
}
