using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>
/// A connection from a leader's broker. A frame's memory comes from the pool and goes back after its answer; while too
/// much of it is unanswered nothing more is read, and the leader's window fills.
/// </summary>
internal sealed class IncomingLink(Socket socket, LinkLimits limits, Func<IReplicaTarget?> target) : IDisposable
{
    private const int StagingBytes = 64 << 10;
    private readonly AnswerSender _answers = new(socket);
    private readonly byte[] _staging = GC.AllocateUninitializedArray<byte>(StagingBytes);
    private readonly Lock _gate = new();
    private int _staged;
    private long _unanswered;
    private int _waiting;
    private bool _isDisposed;
    private TaskCompletionSource? _room;

    /// <summary>Reads the hello; null where none came in time.</summary>
    public async Task<LinkHello?> GreetAsync()
    {
        using var limit = new CancellationTokenSource(limits.HelloTimeout);
        await StageAsync(sizeof(int), limit.Token).ConfigureAwait(false);
        var size = BinaryPrimitives.ReadInt32BigEndian(_staging) + sizeof(int);
        if (size is < LinkWire.RequestHeadBytes or > LinkWire.HelloBytesMax)
        {
            return null;
        }

        await StageAsync(size, limit.Token).ConfigureAwait(false);
        var hello = LinkWire.ReadHello(_staging.AsSpan(0, size));
        Unstage(size);
        return hello;
    }

    /// <summary>Answers the hello.</summary>
    public async Task AnswerAsync(bool isWelcome) =>
        await socket.SendAsync(LinkWire.HelloAnswer(isWelcome)).ConfigureAwait(false);

    /// <summary>Takes appends until the connection ends; the reason, where the peer did what it must not.</summary>
    public async Task<string?> RunAsync(int leaderId)
    {
        while (true)
        {
            if (!await TryStageAsync(sizeof(int), CancellationToken.None).ConfigureAwait(false))
            {
                return null;
            }

            var size = BinaryPrimitives.ReadInt32BigEndian(_staging);
            if (size < LinkWire.AppendHeadBytes - sizeof(int) || size > limits.FrameBytesMax - sizeof(int))
            {
                return $"it sent a frame of {size} bytes";
            }

            size += sizeof(int);
            await MakeRoomAsync(size).ConfigureAwait(false);
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            var isTaken = false;
            try
            {
                await ReadFrameAsync(buffer.AsMemory(0, size)).ConfigureAwait(false);
                if (LinkWire.KeyOf(buffer) != LinkWire.AppendKey)
                {
                    return $"it sent a request of key {LinkWire.KeyOf(buffer)}";
                }

                var append = LinkWire.ReadAppend(buffer.AsMemory(0, size));
                if (append.LeaderId != leaderId)
                {
                    return $"it is broker {leaderId} and speaks for {append.LeaderId}";
                }

                isTaken = true;
                _ = TakeAsync(append, LinkWire.CorrelationOf(buffer), buffer, size);
            }
            finally
            {
                if (!isTaken)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
    }

    /// <summary>Ends the connection, for a reader that waits for room too.</summary>
    public void Dispose()
    {
        _answers.Dispose();
        TaskCompletionSource? room;
        lock (_gate)
        {
            (room, _room) = (_room, null);
            _isDisposed = true;
        }

        room?.SetResult();
    }

    private async Task TakeAsync(ReplicaAppend append, int correlation, byte[] buffer, int size)
    {
        var result = target() is { } follower
            ? await follower.AppendAsync(append).ConfigureAwait(false)
            : ReplicaAppendResult.Of(ReplicaAppendStatus.Unready);
        ArrayPool<byte>.Shared.Return(buffer);
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _unanswered -= size + LinkLimits.AppendOverhead;
            if (HasRoom(_waiting))
            {
                (room, _room) = (_room, null);
            }
        }

        room?.SetResult();
        _answers.Send(correlation, in result);
    }

    private Task MakeRoomAsync(int size)
    {
        lock (_gate)
        {
            _waiting = size + LinkLimits.AppendOverhead;
            _unanswered += _waiting;
            if (_isDisposed || HasRoom(_waiting))
            {
                return Task.CompletedTask;
            }

            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    private bool HasRoom(int own) => _unanswered <= limits.InFlightBytesMax || _unanswered == own;

    private async ValueTask ReadFrameAsync(Memory<byte> frame)
    {
        var staged = Math.Min(_staged, frame.Length);
        _staging.AsSpan(0, staged).CopyTo(frame.Span);
        Unstage(staged);
        while (staged < frame.Length)
        {
            var count = await socket.ReceiveAsync(frame[staged..], SocketFlags.None).ConfigureAwait(false);
            staged += count > 0 ? count : throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    private async ValueTask StageAsync(int count, CancellationToken cancel)
    {
        if (!await TryStageAsync(count, cancel).ConfigureAwait(false))
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    private async ValueTask<bool> TryStageAsync(int count, CancellationToken cancel)
    {
        while (_staged < count)
        {
            var read = await socket.ReceiveAsync(_staging.AsMemory(_staged), SocketFlags.None, cancel)
                .ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _staged += read;
        }

        return true;
    }

    private void Unstage(int count)
    {
        _staging.AsSpan(count, _staged - count).CopyTo(_staging);
        _staged -= count;
    }
}
