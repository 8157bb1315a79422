using System.Runtime.InteropServices;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// A thread's own lz4 decompressor, kept between calls because making one costs more than a small batch.
/// </summary>
internal sealed class Lz4DecompressionContext : SafeHandle
{
    [ThreadStatic]
    private static Lz4DecompressionContext? _ofThread;

    private Lz4DecompressionContext(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    /// <summary>The native context, ready for a new frame; used by this thread only, which keeps it alive.</summary>
    public static nint Rent()
    {
        var context = _ofThread ??= Create();
        Lz4Native.ResetDecompressionContext(context.handle);
        return context.handle;
    }

    protected override bool ReleaseHandle() => Lz4Native.FreeDecompressionContext(handle) == 0;

    private static Lz4DecompressionContext Create()
    {
        var code = Lz4Native.CreateDecompressionContext(out var context, Lz4Native.Version);
        return Lz4Native.IsError(code) == 0
            ? new Lz4DecompressionContext(context)
            : throw new CompressionLibraryException("The lz4 library could not make a decompression context.");
    }
}
