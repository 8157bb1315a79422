// Whoever appends sends, if nobody else is sending: no other thread has to wake up for it. What comes meanwhile is sent
// together by the one that is at it. Answers come in any order; whoever awaits one goes on where it was read.
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>A connection to a follower's broker, from its hello to its end.</summary>
internal sealed class LinkConnection : IThreadPoolWorkItem, IDisposable
{
    private const int FramesAtOnce = 64;
    private const int BytesAtOnce = 4 << 20;

    /// <summary>Up to here copying is cheaper than a gathered send, and the sender's own thread sends.</summary>
    private const int SmallBytes = 32 << 10;

    private readonly Socket _socket;
    private readonly LinkLimits _limits;
    private readonly TimeProvider _time;
    private readonly Action<LinkConnection, string> _closed;
    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _queue = new();
    private readonly Dictionary<int, PendingAppend> _unanswered = [];
    private readonly Stack<PendingAppend> _pool = new();
    private readonly List<PendingAppend> _sending = [];
    private readonly List<ArraySegment<byte>> _segments = [];
    private readonly byte[] _small = GC.AllocateUninitializedArray<byte>(SmallBytes);
    private readonly SocketAsyncEventArgs _send = new();
    private long _bytes;
    private long _progress;
    private int _sendingBytes;
    private int _correlation;
    private bool _isSending;
    private bool _isClosed;

    /// <param name="socket">Connected and greeted.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="closed">Told once, with the reason.</param>
    public LinkConnection(
        Socket socket, LinkLimits limits, TimeProvider time, Action<LinkConnection, string> closed)
    {
        _socket = socket;
        _limits = limits;
        _time = time;
        _closed = closed;
        _send.Completed += (_, _) => ContinueSending();
    }

    /// <summary>Reads answers until the connection ends.</summary>
    public Task ReadAsync() => Task.Run(ReadAnswersAsync);

    /// <summary>Sends an append, unless too much is on the way already, or the connection has ended.</summary>
    public ValueTask<ReplicaAppendResult> AppendAsync(in ReplicaAppend append)
    {
        PendingAppend pending;
        ValueTask<ReplicaAppendResult> answer;
        bool isSender;
        lock (_gate)
        {
            var weight = append.Records.Length + LinkLimits.AppendOverhead;
            if (_isClosed || (_bytes > 0 && _bytes + weight > _limits.InFlightBytesMax))
            {
                return ValueTask.FromResult(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
            }

            if (_bytes == 0)
            {
                _progress = _time.GetTimestamp();
            }

            pending = PendingAppend.Rent(_pool, ++_correlation, in append);
            answer = pending.Answer;
            _bytes += weight;
            _queue.Enqueue(pending);
            isSender = !_isSending;
            _isSending = true;
        }

        if (isSender && append.Records.Length < SmallBytes)
        {
            Send(isVisitor: true);
        }
        else if (isSender)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return answer;
    }

    /// <summary>Closes the connection where the peer has answered nothing for too long.</summary>
    public void CheckProgress()
    {
        bool isStuck;
        lock (_gate)
        {
            isStuck = _bytes > 0 && _time.GetElapsedTime(_progress) >= _limits.AnswerTimeout;
        }

        if (isStuck)
        {
            Close($"it answered nothing for {_limits.AnswerTimeout.TotalMilliseconds} ms");
        }
    }

    /// <summary>Ends it: everything that is not answered is lost, once its memory is no longer being sent.</summary>
    public void Close(string reason)
    {
        bool isSending;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            isSending = _isSending;
        }

        _socket.Dispose();
        _closed(this, reason);
        if (!isSending)
        {
            LoseAll();
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => Close("this broker stops");

    void IThreadPoolWorkItem.Execute() => Send(isVisitor: false);

    private void ContinueSending()
    {
        if (IsSent())
        {
            Send(isVisitor: false);
        }
    }

    // A visitor only sends its own: what others add meanwhile must not keep it.
    private void Send(bool isVisitor)
    {
        try
        {
            while (TakeQueued())
            {
                if (_socket.SendAsync(_send))
                {
                    return;
                }

                if (!IsSent())
                {
                    return;
                }

                if (isVisitor && HasQueued())
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            StopSending(failure.Message);
        }
    }

    private bool HasQueued()
    {
        lock (_gate)
        {
            return _queue.Count > 0;
        }
    }

    private bool TakeQueued()
    {
        _sending.Clear();
        _sendingBytes = 0;
        var isClosed = false;
        lock (_gate)
        {
            isClosed = _isClosed;
            while (!isClosed && _sending.Count < FramesAtOnce && _sendingBytes < BytesAtOnce
                && _queue.TryDequeue(out var pending))
            {
                _unanswered.Add(pending.Correlation, pending);
                _sending.Add(pending);
                _sendingBytes += pending.Head.Count + pending.Records.Length;
            }

            _isSending = _sending.Count > 0;
        }

        if (isClosed)
        {
            LoseAll();
        }

        if (_sending.Count > 0)
        {
            Prepare();
        }

        return _sending.Count > 0;
    }

    private void Prepare()
    {
        if (_sendingBytes <= SmallBytes)
        {
            var at = 0;
            foreach (var pending in _sending)
            {
                pending.Head.AsSpan().CopyTo(_small.AsSpan(at));
                pending.Records.Span.CopyTo(_small.AsSpan(at + pending.Head.Count));
                at += pending.Head.Count + pending.Records.Length;
            }

            _send.BufferList = null;
            _send.SetBuffer(_small, 0, at);
            return;
        }

        _segments.Clear();
        foreach (var pending in _sending)
        {
            _segments.Add(pending.Head);
            if (!pending.Records.IsEmpty)
            {
                _segments.Add(MemoryMarshal.TryGetArray(pending.Records, out var records)
                    ? records
                    : pending.Records.ToArray());
            }
        }

        _send.SetBuffer(null, 0, 0);
        _send.BufferList = _segments;
    }

    private bool IsSent()
    {
        if (_send.SocketError == SocketError.Success && _send.BytesTransferred == _sendingBytes)
        {
            return true;
        }

        StopSending($"sending failed: {_send.SocketError}");
        return false;
    }

    private void StopSending(string reason)
    {
        bool isClosed;
        lock (_gate)
        {
            _isSending = false;
            isClosed = _isClosed;
        }

        if (isClosed)
        {
            LoseAll();
        }
        else
        {
            Close(reason);
        }
    }

    private void LoseAll()
    {
        PendingAppend[] lost;
        lock (_gate)
        {
            lost = [.. _unanswered.Values, .. _queue];
            _unanswered.Clear();
            _queue.Clear();
            _bytes = 0;
        }

        _send.Dispose();
        foreach (var pending in lost)
        {
            pending.Complete(ReplicaAppendResult.Of(ReplicaAppendStatus.Lost));
        }
    }

    private async Task ReadAnswersAsync()
    {
        var buffer = new byte[64 * LinkWire.AppendAnswerBytes];
        var have = 0;
        string? reason = null;
        try
        {
            while (reason is null)
            {
                var count = await _socket.ReceiveAsync(buffer.AsMemory(have), SocketFlags.None).ConfigureAwait(false);
                have += count;
                reason = count == 0 ? "it was closed by the other broker" : TakeAnswers(buffer, ref have);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            reason = failure.Message;
        }

        Close(reason);
    }

    private string? TakeAnswers(byte[] buffer, ref int have)
    {
        var at = 0;
        for (; have - at >= LinkWire.AppendAnswerBytes; at += LinkWire.AppendAnswerBytes)
        {
            var isAnswer = LinkWire.TryReadAnswer(buffer.AsSpan(at), out var correlation, out var result);
            PendingAppend? pending = null;
            lock (_gate)
            {
                if (isAnswer && _unanswered.Remove(correlation, out pending))
                {
                    _bytes -= pending.Weight;
                    _progress = _time.GetTimestamp();
                }
            }

            if (pending is null)
            {
                return "it sent something that is no answer";
            }

            pending.Complete(in result);
        }

        buffer.AsSpan(at, have - at).CopyTo(buffer);
        have -= at;
        return null;
    }
}
