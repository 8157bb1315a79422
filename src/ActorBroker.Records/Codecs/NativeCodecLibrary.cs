using System.Reflection;
using System.Runtime.InteropServices;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// A system library that a codec needs, found by its names on the three platforms and loaded when first asked for. A
/// missing one stops only its own codec, with a message that names it.
/// </summary>
internal sealed class NativeCodecLibrary(string name, string package, params string[] fileNames)
{
    /// <summary>The names under which the import declarations ask for the two libraries.</summary>
    public const string Lz4Name = "lz4";

    /// <inheritdoc cref="Lz4Name"/>
    public const string ZstdName = "zstd";

    public static readonly NativeCodecLibrary Lz4 =
        new(Lz4Name, "liblz4-1", "liblz4.so.1", "liblz4.1.dylib", "liblz4.dll", "lz4");

    public static readonly NativeCodecLibrary Zstd =
        new(ZstdName, "libzstd1", "libzstd.so.1", "libzstd.1.dylib", "libzstd.dll", "zstd");

    private nint _handle;

    static NativeCodecLibrary() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeCodecLibrary).Assembly, Resolve);

    /// <summary>Loads the library if need be; <see cref="CompressionLibraryException"/> when there is none.</summary>
    public nint Require()
    {
        // Loading twice in a race is harmless: the system counts references and gives the same handle.
        if (_handle == 0 && !TryLoad(out _handle))
        {
            throw new CompressionLibraryException(
                $"Compression codec '{name}' needs the system library {fileNames[0]}, which is not installed: " +
                $"install it (Debian and Ubuntu: apt-get install {package}), or use another compression codec.");
        }

        return _handle;
    }

    private static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName switch
        {
            Lz4Name => Lz4.Require(),
            ZstdName => Zstd.Require(),
            _ => 0,
        };

    private bool TryLoad(out nint handle)
    {
        foreach (var fileName in fileNames)
        {
            if (NativeLibrary.TryLoad(fileName, out handle))
            {
                return true;
            }
        }

        handle = 0;
        return false;
    }
}
