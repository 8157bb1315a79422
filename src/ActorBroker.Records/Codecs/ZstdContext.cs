using System.Runtime.InteropServices;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// A thread's own zstd compressor and decompressor, kept between calls: their tables are costly to make.
/// </summary>
internal sealed class ZstdContext : SafeHandle
{
    /// <summary>A frame with a huge window makes a decompressor this large; such a one is not kept.</summary>
    private const nuint LargestKept = 16 << 20;

    [ThreadStatic]
    private static ZstdContext? _compressor;

    [ThreadStatic]
    private static ZstdContext? _decompressor;

    private readonly bool _compresses;

    private ZstdContext(nint context, bool compresses)
        : base(0, ownsHandle: true)
    {
        _compresses = compresses;
        SetHandle(context);
        if (IsInvalid)
        {
            throw new CompressionLibraryException("The zstd library could not make a context: out of memory.");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>This thread's compressor.</summary>
    public static nint RentCompressor() =>
        (_compressor ??= new ZstdContext(ZstdNative.CreateCompressor(), compresses: true)).handle;

    /// <summary>This thread's decompressor, ready for a new frame.</summary>
    public static nint RentDecompressor()
    {
        var context = _decompressor ??= new ZstdContext(ZstdNative.CreateDecompressor(), compresses: false);
        _ = ZstdNative.ResetDecompressor(context.handle, ZstdNative.ResetSession);
        return context.handle;
    }

    /// <summary>After use: a decompressor that a frame made very large goes back to the system.</summary>
    public static void TrimDecompressor()
    {
        if (_decompressor is { } context && ZstdNative.SizeOfDecompressor(context.handle) > LargestKept)
        {
            _decompressor = null;
            context.Dispose();
        }
    }

    protected override bool ReleaseHandle() =>
        (_compresses ? ZstdNative.FreeCompressor(handle) : ZstdNative.FreeDecompressor(handle)) == 0;
}
