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
    public bool TryMoveFile(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(from, to, overwrite: false);
                return true;
            }
            catch (IOException error) when ((error.HResult & 0xFFFF) is 80 or 183)
            {
                return false;
            }
        }

        // File.Move looks whether the target exists and renames then: of two that try at once both would succeed. Only
        // a link is made in one step.
        if (NativeMethods.Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            NativeMethods.Exists => false,
            NativeMethods.NotFound => throw new FileNotFoundException($"Could not find file '{from}'.", from),
            _ => throw LastError("link the file to", to),
        };
    }

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
    public bool IsLocked(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return FileExists(path) && TryShare(path) is false;
        }

        // A shared lock for the blink of an eye: unlike an open with FileShare.None it does not get in the way of
        // others that ask, and a lock that is held costs no exception.
        var descriptor = NativeMethods.Open(path, NativeMethods.CloseOnExec);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError() == NativeMethods.NotFound ? false : throw LastError("open", path);
        }

        try
        {
            return NativeMethods.FLock(descriptor, NativeMethods.SharedWithoutWaiting) != 0
                && (Marshal.GetLastPInvokeError() is NativeMethods.WouldBlockLinux or NativeMethods.WouldBlockMac
                    ? true
                    : throw LastError("ask for the lock of", path));
        }
        finally
        {
            _ = NativeMethods.Close(descriptor);
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

    private static bool TryShare(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return true;
        }
        catch (IOException error) when (IsSharingViolation(error))
        {
            return false;
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
        public const int NotFound = 2;
        public const int Exists = 17;
        public const int SharedWithoutWaiting = 1 | 4;

        public static int CloseOnExec => OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Link(string from, string to);

        [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
        public static partial int FLock(int descriptor, int operation);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static partial int FSync(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        public static partial int Close(int descriptor);
    }
}
