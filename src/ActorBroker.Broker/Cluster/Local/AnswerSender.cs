using System.Net.Sockets;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>
/// Sends answers over one connection: whoever has one sends it, together with those that came while another was at it.
/// </summary>
internal sealed class AnswerSender : IDisposable
{
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _send = new();
    private readonly Lock _gate = new();
    private byte[] _filling = new byte[16 * LinkWire.AppendAnswerBytes];
    private byte[] _sending = new byte[16 * LinkWire.AppendAnswerBytes];
    private int _filled;
    private bool _isSending;
    private bool _isBroken;

    public AnswerSender(Socket socket)
    {
        _socket = socket;
        _send.Completed += (_, _) =>
        {
            if (IsSent())
            {
                SendFilled();
            }
        };
    }

    /// <summary>Sends an answer, unless the connection has ended.</summary>
    public void Send(int correlation, in ReplicaAppendResult result)
    {
        bool isSender;
        lock (_gate)
        {
            if (_isBroken)
            {
                return;
            }

            if (_filled + LinkWire.AppendAnswerBytes > _filling.Length)
            {
                Array.Resize(ref _filling, _filling.Length * 2);
            }

            LinkWire.WriteAnswer(_filling.AsSpan(_filled), correlation, in result);
            _filled += LinkWire.AppendAnswerBytes;
            isSender = !_isSending;
            _isSending = true;
            _isBroken = _filled > LinkLimits.AnswerBytesMax;
        }

        if (_isBroken)
        {
            _socket.Dispose();
        }
        else if (isSender)
        {
            SendFilled();
        }
    }

    /// <summary>Ends the connection, and sends no more.</summary>
    public void Dispose()
    {
        Break();
        _send.Dispose();
    }

    private void SendFilled()
    {
        try
        {
            while (TakeFilled() is var count and > 0)
            {
                _send.SetBuffer(_sending, 0, count);
                if (_socket.SendAsync(_send) || !IsSent())
                {
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            Break();
        }
    }

    private int TakeFilled()
    {
        lock (_gate)
        {
            var count = _filled;
            (_filling, _sending) = (_sending, _filling);
            _filled = 0;
            _isSending = count > 0;
            return count;
        }
    }

    private bool IsSent()
    {
        if (_send.SocketError == SocketError.Success)
        {
            return true;
        }

        Break();
        return false;
    }

    private void Break()
    {
        lock (_gate)
        {
            _isBroken = true;
        }

        _socket.Dispose();
    }
}
