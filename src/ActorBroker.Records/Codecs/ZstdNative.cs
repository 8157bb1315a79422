using System.Runtime.InteropServices;

namespace ActorBroker.Records.Codecs;

/// <summary>The few functions of <c>zstd.h</c> that are used. Sizes and error codes are <c>size_t</c>.</summary>
internal static unsafe partial class ZstdNative
{
    /// <summary>ZSTD_reset_session_only: forget a broken frame, keep the memory.</summary>
    public const int ResetSession = 1;

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint sourceSize);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint Compress(
        nint context, byte* destination, nuint capacity, byte* source, nuint sourceSize, int level);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_DCtx_reset")]
    public static partial nuint ResetDecompressor(nint context, int directive);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_sizeof_DCtx")]
    public static partial nuint SizeOfDecompressor(nint context);

    [LibraryImport(NativeCodecLibrary.ZstdName, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint context, ref Buffer output, ref Buffer input);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which have one layout.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
