using ActorBroker.Storage;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>A disk on which some paths can't be opened, as behind a bad block or a wrong permission.</summary>
internal sealed class SelectiveDisk(IFileSystem inner) : IFileSystem
{
    /// <summary>Paths that contain this can't be opened; null: all can.</summary>
    public string? Broken { get; set; }

    public IFile OpenOrCreate(string path) => inner.OpenOrCreate(Checked(path));

    public IFile OpenRead(string path) => inner.OpenRead(Checked(path));

    public long FileLength(string path) => inner.FileLength(path);

    public long LastWriteMs(string path) => inner.LastWriteMs(path);

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void DeleteFile(string path) => inner.DeleteFile(path);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public void MoveFile(string from, string to) => inner.MoveFile(from, to);

    public bool TryMoveFile(string from, string to) => inner.TryMoveFile(from, to);

    public void MoveDirectory(string from, string to) => inner.MoveDirectory(from, to);

    public void SyncDirectory(string path) => inner.SyncDirectory(path);

    public IEnumerable<string> ListFiles(string path) => inner.ListFiles(path);

    public IEnumerable<string> ListDirectories(string path) => inner.ListDirectories(path);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public bool IsLocked(string path) => inner.IsLocked(path);

    public (long TotalBytes, long UsableBytes) Volume(string path) => inner.Volume(path);

    private string Checked(string path) => Broken is { } broken && path.Contains(broken, StringComparison.Ordinal)
        ? throw new IOException($"{path}: input/output error")
        : path;
}
