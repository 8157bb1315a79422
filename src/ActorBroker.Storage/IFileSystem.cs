namespace ActorBroker.Storage;

/// <summary>
/// The seam below the log: everything that storage does to a disk. The real one is <c>PhysicalFileSystem</c>; the
/// in-memory one tears writes, loses unsynced bytes, flips bits, fills up and slows down, so that the production
/// segment code runs on a simulated disk.
/// </summary>
/// <remarks>
/// Paths are absolute. Operational faults are <see cref="IOException"/> (its <c>HResult</c> tells a full disk) or
/// <see cref="UnauthorizedAccessException"/>. A rename replaces its target in one step; it and a file's creation or
/// removal are durable after <see cref="SyncDirectory"/>.
/// </remarks>
public interface IFileSystem
{
    /// <summary>Opens for reading and writing, creating the file if need be.</summary>
    IFile OpenOrCreate(string path);

    /// <summary>Opens an existing file for reading; <see cref="FileNotFoundException"/> if there is none.</summary>
    IFile OpenRead(string path);

    /// <summary>Bytes in the file; -1 if there is none.</summary>
    long FileLength(string path);

    /// <summary>When the file was last written, Unix milliseconds; -1 if there is none.</summary>
    long LastWriteMs(string path);

    /// <summary>True where the file exists.</summary>
    bool FileExists(string path);

    /// <summary>True where the folder exists.</summary>
    bool DirectoryExists(string path);

    /// <summary>Removes a file; nothing happens if there is none.</summary>
    void DeleteFile(string path);

    /// <summary>Removes a folder and all it holds; nothing happens if there is none.</summary>
    void DeleteDirectory(string path);

    /// <summary>Creates a folder and its parents; nothing happens where it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>Renames a file, replacing the target in one step.</summary>
    void MoveFile(string from, string to);

    /// <summary>
    /// Renames a file to a name that nobody has: false where it is taken. Of several that try at once, one succeeds.
    /// </summary>
    bool TryMoveFile(string from, string to);

    /// <summary>Renames a folder.</summary>
    void MoveDirectory(string from, string to);

    /// <summary>Makes the folder's entries durable (fsync of the folder).</summary>
    void SyncDirectory(string path);

    /// <summary>Names (without path) of the files in a folder, in no order.</summary>
    IEnumerable<string> ListFiles(string path);

    /// <summary>Names (without path) of the folders in a folder, in no order.</summary>
    IEnumerable<string> ListDirectories(string path);

    /// <summary>
    /// Takes an exclusive lock on the file until disposed; null when another process (or caller) holds it.
    /// </summary>
    IDisposable? TryLock(string path);

    /// <summary>
    /// True while somebody holds the file's lock. It asks without taking the lock, but a <see cref="TryLock"/> at the
    /// very same time may fail because of it.
    /// </summary>
    bool IsLocked(string path);

    /// <summary>Size and free space of the volume that holds the folder, in bytes; (-1, -1) where unknown.</summary>
    (long TotalBytes, long UsableBytes) Volume(string path);
}
