namespace ActorBroker.Storage;

/// <summary>How a full disk shows itself.</summary>
public static class DiskFull
{
    /// <summary>ENOSPC, as .NET reports it on Unix.</summary>
    private const int UnixCode = 28;

    /// <summary>ERROR_DISK_FULL as an HRESULT.</summary>
    private const int WindowsCode = unchecked((int)0x80070070);

    /// <summary>True where the error says that the volume has no room left.</summary>
    public static bool Is(IOException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.HResult is UnixCode or WindowsCode;
    }

    internal static IOException Error(string path) =>
        new($"No space left on device : '{path}'", OperatingSystem.IsWindows() ? WindowsCode : UnixCode);
}
