using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ActorBroker.Gateway.Transport;

/// <summary>
/// A plain TCP connection. Received bytes land where the caller wants them, without a buffer in between; file parts
/// leave by sendfile, so that stored bytes never enter this process.
/// </summary>
internal sealed class SocketTransport : ITransport
{
    private readonly Socket _socket;
    private SocketSendOperation? _operation;
    private List<ArraySegment<byte>>? _segments;

    public SocketTransport(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        Remote = socket.RemoteEndPoint as IPEndPoint;
    }

    public IPEndPoint? Remote { get; }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
        _socket.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await _socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        var segments = _segments ??= [];
        var total = 0;
        foreach (var buffer in buffers)
        {
            if (!MemoryMarshal.TryGetArray(buffer, out var segment))
            {
                throw new ArgumentException("Only array-backed memory can be gathered.", nameof(buffers));
            }

            segments.Add(segment);
            total += segment.Count;
        }

        _operation ??= new SocketSendOperation();
        try
        {
            var sent = await _operation.SendBuffersAsync(_socket, segments).ConfigureAwait(false);
            if (sent != total)
            {
                throw new IOException($"The socket took {sent} of {total} gathered bytes.");
            }
        }
        finally
        {
            segments.Clear();
        }
    }

    public async ValueTask SendFileAsync(FileStream file, long position, int length)
    {
        _operation ??= new SocketSendOperation();
        var sent = await _operation.SendFileAsync(_socket, file, position, length).ConfigureAwait(false);
        if (sent != length)
        {
            // The response's sizes have gone out already, so a short file can't be repaired: the connection has to end.
            throw new IOException($"The file held {sent} of the {length} bytes at position {position}.");
        }
    }

    public void EndReceive() => Shutdown(SocketShutdown.Receive);

    public void Abort() => _socket.Dispose();

    public void Dispose()
    {
        Shutdown(SocketShutdown.Both);
        _socket.Dispose();
        _operation?.Dispose();
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The peer, or an abort, was faster.
        }
    }
}
