namespace ActorBroker.Storage;

/// <summary>An open file, read and written at positions. Reads may run beside writes; writes have one caller.</summary>
public interface IFile : IDisposable
{
    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>
    /// The same file as an asynchronous stream, from which the kernel can send to a socket (sendfile); null where the
    /// file is not on a real disk. Its position is not used. Owned by this file.
    /// </summary>
    FileStream? SendStream { get; }

    /// <summary>Reads up to the span's length; the count is smaller only at the end of the file.</summary>
    int Read(Span<byte> buffer, long position);

    /// <summary>Writes all bytes; after an exception any prefix of them may be in the file.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>
    /// Writes all buffers back to back in one gathered write; after an exception any prefix may be there.
    /// </summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position);

    /// <summary>Makes all that was written before the call durable (fsync).</summary>
    void Flush();

    /// <summary>Cuts or extends (with zeroes) the file.</summary>
    void SetLength(long length);
}
