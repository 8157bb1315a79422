using System.Runtime.InteropServices;

namespace ActorBroker.Records.Codecs;

/// <summary>The few functions of <c>lz4frame.h</c> that are used. Sizes and error codes are <c>size_t</c>.</summary>
internal static unsafe partial class Lz4Native
{
    /// <summary>LZ4F_VERSION: the interface's version, not the library's.</summary>
    public const uint Version = 100;

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_compressFrameBound")]
    public static partial nuint CompressFrameBound(nuint sourceSize, in Preferences preferences);

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_compressFrame")]
    public static partial nuint CompressFrame(
        byte* destination, nuint capacity, byte* source, nuint sourceSize, in Preferences preferences);

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_createDecompressionContext")]
    public static partial nuint CreateDecompressionContext(out nint context, uint version);

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_freeDecompressionContext")]
    public static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_resetDecompressionContext")]
    public static partial void ResetDecompressionContext(nint context);

    [LibraryImport(NativeCodecLibrary.Lz4Name, EntryPoint = "LZ4F_decompress")]
    public static partial nuint Decompress(
        nint context, byte* destination, ref nuint destinationSize, byte* source, ref nuint sourceSize, nint options);

    /// <summary>LZ4F_preferences_t with its LZ4F_frameInfo_t in front.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Preferences
    {
        /// <summary>4: 64 KiB.</summary>
        public int BlockSizeId;

        /// <summary>1: independent blocks.</summary>
        public int BlockMode;
        public int ContentChecksumFlag;
        public int FrameType;
        public ulong ContentSize;
        public uint DictionaryId;
        public int BlockChecksumFlag;
        public int CompressionLevel;
        public uint AutoFlush;
        public uint FavorDecompressionSpeed;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
    }
}
