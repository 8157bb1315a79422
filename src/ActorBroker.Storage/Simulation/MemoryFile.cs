namespace ActorBroker.Storage.Simulation;

/// <summary>A handle on a file in memory; dead after a crash of its file system.</summary>
internal sealed class MemoryFile(MemoryFileSystem owner, MemoryNode node, string path) : IFile
{
    private readonly int _generation = owner.Generation;
    private bool _disposed;

    public long Length
    {
        get
        {
            lock (owner.Gate)
            {
                ThrowIfDead();
                return node.Length;
            }
        }
    }

    public FileStream? SendStream => null;

    public int Read(Span<byte> buffer, long position)
    {
        lock (owner.Gate)
        {
            ThrowIfDead();
            owner.Reads++;
            return node.Read(buffer, position);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        lock (owner.Gate)
        {
            ThrowIfDead();
            var growth = Math.Max(0, position + bytes.Length - node.Length);
            var (count, fault) = owner.Admit(path, bytes.Length, growth);
            Store(bytes[..count], position);
            if (fault is not null)
            {
                throw fault;
            }
        }
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
    {
        lock (owner.Gate)
        {
            ThrowIfDead();
            var total = buffers.Sum(static buffer => buffer.Length);
            var (left, fault) = owner.Admit(path, total, Math.Max(0, position + total - node.Length));
            for (var i = 0; i < buffers.Count && left > 0; i++)
            {
                var part = buffers[i].Span[..Math.Min(left, buffers[i].Length)];
                Store(part, position);
                position += part.Length;
                left -= part.Length;
            }

            if (fault is not null)
            {
                throw fault;
            }
        }
    }

    public void Flush()
    {
        lock (owner.Gate)
        {
            ThrowIfDead();
            owner.AdmitSync(path);
            node.Sync();
        }
    }

    public void SetLength(long length)
    {
        lock (owner.Gate)
        {
            ThrowIfDead();
            owner.ThrowIfReadOnly(path);
            owner.FreeBytes -= length - node.Length;
            node.SetLength(checked((int)length));
            node.LastWriteMs = owner.NowMs;
        }
    }

    public void Dispose() => _disposed = true;

    private void Store(ReadOnlySpan<byte> bytes, long position)
    {
        if (bytes.Length > 0)
        {
            var before = node.Length;
            node.Write(bytes, position);
            node.LastWriteMs = owner.NowMs;
            owner.FreeBytes -= node.Length - before;
        }
    }

    private void ThrowIfDead()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_generation != owner.Generation)
        {
            throw new IOException($"The handle on '{path}' died in the crash.");
        }
    }
}
