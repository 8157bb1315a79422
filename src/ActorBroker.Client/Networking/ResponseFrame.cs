using System.Buffers;

namespace ActorBroker.Client.Networking;

/// <summary>One answer in a pooled buffer, from the correlation id on. Its owner disposes it, once.</summary>
internal sealed class ResponseFrame(byte[] buffer, int length) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>The bytes after the frame's length; valid until the frame is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, length);

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
