using ActorBroker.Storage;

namespace ActorBroker.Broker.Cluster.InProcess;

/// <summary>
/// A disk that a process loses when it dies: from then on no change gets through, while files can still be read and
/// closed. What was written before is there, as after the death of a real process.
/// </summary>
internal sealed class SwitchedFileSystem(IFileSystem disk, PowerSwitch power) : IFileSystem
{
    public IFile OpenOrCreate(string path)
    {
        power.Check();
        return new SwitchedFile(disk.OpenOrCreate(path), power);
    }

    public IFile OpenRead(string path) => disk.OpenRead(path);

    public long FileLength(string path) => disk.FileLength(path);

    public long LastWriteMs(string path) => disk.LastWriteMs(path);

    public bool FileExists(string path) => disk.FileExists(path);

    public bool DirectoryExists(string path) => disk.DirectoryExists(path);

    public void DeleteFile(string path)
    {
        power.Check();
        disk.DeleteFile(path);
    }

    public void DeleteDirectory(string path)
    {
        power.Check();
        disk.DeleteDirectory(path);
    }

    public void CreateDirectory(string path)
    {
        power.Check();
        disk.CreateDirectory(path);
    }

    public void MoveFile(string from, string to)
    {
        power.Check();
        disk.MoveFile(from, to);
    }

    public bool TryMoveFile(string from, string to)
    {
        power.Check();
        return disk.TryMoveFile(from, to);
    }

    public void MoveDirectory(string from, string to)
    {
        power.Check();
        disk.MoveDirectory(from, to);
    }

    public void SyncDirectory(string path)
    {
        power.Check();
        disk.SyncDirectory(path);
    }

    public IEnumerable<string> ListFiles(string path) => disk.ListFiles(path);

    public IEnumerable<string> ListDirectories(string path) => disk.ListDirectories(path);

    public IDisposable? TryLock(string path)
    {
        power.Check();
        return disk.TryLock(path);
    }

    public bool IsLocked(string path) => disk.IsLocked(path);

    public (long TotalBytes, long UsableBytes) Volume(string path) => disk.Volume(path);

    private sealed class SwitchedFile(IFile file, PowerSwitch power) : IFile
    {
        public long Length => file.Length;

        public FileStream? SendStream => file.SendStream;

        public int Read(Span<byte> buffer, long position) => file.Read(buffer, position);

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            power.Check();
            file.Write(bytes, position);
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
        {
            power.Check();
            file.Write(buffers, position);
        }

        public void Flush()
        {
            power.Check();
            file.Flush();
        }

        public void SetLength(long length)
        {
            power.Check();
            file.SetLength(length);
        }

        public void Dispose() => file.Dispose();
    }
}
