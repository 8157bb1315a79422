using System.Net.Sockets;

namespace ActorBroker.Client.Networking;

/// <summary>TCP.</summary>
internal sealed class SocketWire : IWire
{
    private readonly Socket _socket;

    private SocketWire(Socket socket) => _socket = socket;

    public static async Task<SocketWire> OpenAsync(BrokerAddress address, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancel).ConfigureAwait(false);
            return new SocketWire(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask SendAsync(RequestFrame frame, CancellationToken cancel)
    {
        if (frame.IsPlain)
        {
            var bytes = frame.Writer.WrittenMemory;
            while (!bytes.IsEmpty)
            {
                var sent = await _socket.SendAsync(bytes, SocketFlags.None, cancel).ConfigureAwait(false);
                bytes = bytes[sent..];
            }

            return;
        }

        // One system call takes the pieces from where they lie. It cannot be cancelled: closing the socket ends it.
        var pieces = frame.Pieces();
        while (pieces.Count > 0)
        {
            Skip(pieces, await _socket.SendAsync(pieces, SocketFlags.None).ConfigureAwait(false));
        }
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> memory, CancellationToken cancel) =>
        _socket.ReceiveAsync(memory, SocketFlags.None, cancel);

    public void Dispose() => _socket.Dispose();

    private static void Skip(List<ArraySegment<byte>> pieces, int sent)
    {
        var whole = 0;
        while (whole < pieces.Count && sent >= pieces[whole].Count)
        {
            sent -= pieces[whole++].Count;
        }

        pieces.RemoveRange(0, whole);
        if (sent > 0)
        {
            pieces[0] = pieces[0][sent..];
        }
    }
}
