using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace ActorBroker.Gateway.Transport;

/// <summary>
/// A reusable asynchronous send of one socket: gathered buffers or a part of a file. One operation at a time.
/// </summary>
internal sealed class SocketSendOperation() : SocketAsyncEventArgs(true),
    IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _completion;

    /// <summary>Sends the buffers back to back; the answer is the count of bytes sent.</summary>
    public ValueTask<int> SendBuffersAsync(Socket socket, IList<ArraySegment<byte>> buffers)
    {
        _completion.Reset();
        BufferList = buffers;
        return Started(socket.SendAsync(this));
    }

    /// <summary>Sends a part of a file by the kernel; the answer is the count of bytes sent.</summary>
    public ValueTask<int> SendFileAsync(Socket socket, FileStream file, long position, int length)
    {
        _completion.Reset();
        SendPacketsElements = [new SendPacketsElement(file, position, length)];
        return Started(socket.SendPacketsAsync(this));
    }

    public int GetResult(short token)
    {
        // What was sent must not be kept alive by an idle connection.
        BufferList = null;
        SendPacketsElements = null;
        return _completion.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e) => Complete();

    private ValueTask<int> Started(bool pending)
    {
        if (!pending)
        {
            Complete();
        }

        return new ValueTask<int>(this, _completion.Version);
    }

    private void Complete()
    {
        if (SocketError == SocketError.Success)
        {
            _completion.SetResult(BytesTransferred);
        }
        else
        {
            _completion.SetException(new SocketException((int)SocketError));
        }
    }
}
