using System.Runtime.InteropServices;

namespace ActorBroker.Storage;

/// <summary>The real disk.</summary>
public sealed partial class PhysicalFileSystem : IFileSystem
{
    /// <summary>The one instance; it has no state.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    /// <inheritdoc />
    public IFile OpenOrCreate(string path) => new PhysicalFile(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);

    /// <inheritdoc />
    public IFile OpenRead(string path) => new PhysicalFile(path, FileMode.Open, FileAccess.Read);

    /// <inheritdoc />
    public long FileLength(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? info.Length : -1;
    }

    /// <inheritdoc />
    public long LastWriteMs(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? new DateTimeOffset(info.LastWriteTimeUtc).ToUnixTimeMilliseconds() : -1;
    }

    /// <inheritdoc />
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc />
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc />
    public void DeleteFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // The folder went first, and the file with it.
        }
    }

    /// <inheritdoc />
    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <inheritdoc />
    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc />
    public void MoveFile(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc />
    public void MoveDirectory(string from, string to) => Directory.Move(from, to);

    /// <inheritdoc />
    public void SyncDirectory(string path)
    {
        // Windows journals its directory entries and has no call to wait for them.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = NativeMethods.Open(path, flags: 0);
        if (descriptor < 0)
        {
            throw LastError("open the folder", path);
        }

        try
        {
            if (NativeMethods.FSync(descriptor) != 0)
            {
                throw LastError("sync the folder", path);
            }
        }
        finally
        {
            _ = NativeMethods.Close(descriptor);
        }
    }

    /// <inheritdoc />
    public IEnumerable<string> ListFiles(string path) =>
        Directory.EnumerateFiles(path).Select(static file => Path.GetFileName(file));

    /// <inheritdoc />
    public IEnumerable<string> ListDirectories(string path) =>
        Directory.EnumerateDirectories(path).Select(static folder => Path.GetFileName(folder));

    /// <inheritdoc />
    public IDisposable? TryLock(string path)
    {
        // FileShare.None is an exclusive flock on Unix: each open has its own, so it excludes callers of one process
        // too, and the kernel drops it when the process dies.
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsSharingViolation(error))
        {
            return null;
        }
    }

    /// <inheritdoc />
    public (long TotalBytes, long UsableBytes) Volume(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return (drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (-1, -1);
        }
    }

    private static bool IsSharingViolation(IOException error) =>
        error.GetType() == typeof(IOException)
        && (OperatingSystem.IsWindows()
            ? (error.HResult & 0xFFFF) is 32 or 33
            : error.HResult is NativeMethods.WouldBlockLinux or NativeMethods.WouldBlockMac);

    private static IOException LastError(string what, string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"Can't {what} '{path}': {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    private static partial class NativeMethods
    {
        public const int WouldBlockLinux = 11;
        public const int WouldBlockMac = 35;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static partial int FSync(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        public static partial int Close(int descriptor);
    }
}
