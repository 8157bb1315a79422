using Microsoft.Win32.SafeHandles;

namespace ActorBroker.Storage;

/// <summary>
/// A file of the real disk: one handle for positioned reads and writes, and for the kernel to send from.
/// </summary>
internal sealed class PhysicalFile : IFile
{
    private readonly SafeFileHandle _handle;
    private readonly FileAccess _access;
    private readonly Lock _streamLock = new();
    private FileStream? _stream;

    public PhysicalFile(string path, FileMode mode, FileAccess access)
    {
        // Removal and renaming must work under open readers, which Unix grants and Windows has to be told.
        _handle = File.OpenHandle(
            path, mode, access, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        _access = access;
    }

    public long Length => RandomAccess.GetLength(_handle);

    public FileStream SendStream
    {
        get
        {
            lock (_streamLock)
            {
                // On the same handle, so that it still works when the file has been renamed or removed.
                return _stream ??= new FileStream(_handle, _access, bufferSize: 0, isAsync: true);
            }
        }
    }

    public int Read(Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(_handle, buffer[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(_handle, bytes, position);

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position) =>
        RandomAccess.Write(_handle, buffers, position);

    public void Flush() => RandomAccess.FlushToDisk(_handle);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public void Dispose()
    {
        _stream?.Dispose();
        _handle.Dispose();
    }
}
