using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Transport;

namespace ActorBroker.Gateway.Connections;

/// <summary>
/// A connection's requests in work and responses not yet sent, in request order. There is no sending task while nothing
/// waits: whoever adds the first response starts the drain, which sends neighbouring finished responses together.
/// </summary>
/// <remarks>
/// Bounded by the connection's reader, the only caller: it waits for room before it adds, so a client that does not
/// read its responses is not read from either. After a fault nothing more is sent, but every request is still awaited,
/// since its frame and its leases may be given back only then.
/// </remarks>
internal sealed class ResponsePipeline(ITransport transport, Action activity, Action<Exception?> end)
{
    /// <summary>Requests of one connection that may be in work or unsent.</summary>
    public const int RequestsMax = 32;

    /// <summary>Bytes of frames above which a connection takes no further request.</summary>
    public const int FrameBytesMax = 16 << 20;

    private const int GatherMax = 16;

    private readonly Lock _gate = new();
    private readonly Queue<Pending> _queue = new();
    private readonly List<Response> _batch = [];
    private readonly List<ReadOnlyMemory<byte>> _gathered = [];
    private TaskCompletionSource? _waiter;
    private bool _waiterWantsAll;
    private bool _draining;
    private int _outstanding;
    private long _outstandingBytes;
    private bool _ended;

    /// <summary>Adds a request in work; its frame is given back when the response is known.</summary>
    public void Add(ValueTask<Response> response, RequestFrame frame)
    {
        bool start;
        lock (_gate)
        {
            _queue.Enqueue(new Pending(response, frame));
            _outstanding++;
            _outstandingBytes += frame.Length;
            start = !_draining;
            _draining = true;
        }

        if (start)
        {
            _ = DrainAsync();
        }
    }

    /// <summary>Waits until every request has been answered, or only until one more may be added.</summary>
    public ValueTask WaitAsync(bool all)
    {
        lock (_gate)
        {
            if (HasRoom(all))
            {
                return ValueTask.CompletedTask;
            }

            _waiter = new TaskCompletionSource();
            _waiterWantsAll = all;
            return new ValueTask(_waiter.Task);
        }
    }

    private bool HasRoom(bool all) => all
        ? _outstanding == 0
        : _outstanding < RequestsMax && _outstandingBytes < FrameBytesMax;

    private async Task DrainAsync()
    {
        while (TryTake(onlyFinished: false, out var next))
        {
            var count = 0;
            var bytes = 0L;
            do
            {
                count++;
                bytes += next.Frame.Length;
                await FinishAsync(next).ConfigureAwait(false);
            }
            while (count < GatherMax && TryTake(onlyFinished: true, out next));

            await SendBatchAsync().ConfigureAwait(false);
            Settle(count, bytes);
        }
    }

    private bool TryTake(bool onlyFinished, out Pending next)
    {
        lock (_gate)
        {
            if (_queue.TryPeek(out next) && (!onlyFinished || next.Response.IsCompleted))
            {
                _queue.Dequeue();
                return true;
            }

            // A drain that looks for more to gather goes on after its send; only the outer look may end it.
            _draining = onlyFinished || _queue.Count > 0;
            return false;
        }
    }

    private async ValueTask FinishAsync(Pending pending)
    {
        try
        {
            var response = await pending.Response.ConfigureAwait(false);
            _batch.Add(response);
            pending.Frame.Answered(response);
        }
#pragma warning disable CA1031 // The crash boundary of one request: any fault of a handler ends its connection only.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            End(fault);
        }
        finally
        {
            pending.Frame.Dispose();
        }
    }

    /// <summary>Everything that is in work is finished, and a closed connection says it better.</summary>
    private bool IsFarewell()
    {
        lock (_gate)
        {
            return _queue.Count == 0 && _batch.Count > 0 && _batch.TrueForAll(static each => each.PrefersClose);
        }
    }

    private async ValueTask SendBatchAsync()
    {
        try
        {
            if (IsFarewell())
            {
                End(null);
                return;
            }

            foreach (var response in _batch)
            {
                if (_ended)
                {
                    break;
                }

                if (ReferenceEquals(response, Response.None))
                {
                    continue;
                }

                if (response.Bytes is { } bytes)
                {
                    _gathered.Add(bytes);
                    continue;
                }

                await SendGatheredAsync().ConfigureAwait(false);
                await response.SendAsync(transport).ConfigureAwait(false);
                activity();
                if (ReferenceEquals(response, Response.Close))
                {
                    End(null);
                }
            }

            await SendGatheredAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the transport says, the connection is over.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            End(fault);
        }
        finally
        {
            _gathered.Clear();
            foreach (var response in _batch)
            {
                response.Dispose();
            }

            _batch.Clear();
        }
    }

    private async ValueTask SendGatheredAsync()
    {
        if (_gathered.Count == 0 || _ended)
        {
            return;
        }

        if (_gathered.Count == 1)
        {
            await transport.SendAsync(_gathered[0]).ConfigureAwait(false);
        }
        else
        {
            await transport.SendAsync(_gathered).ConfigureAwait(false);
        }

        _gathered.Clear();
        activity();
    }

    private void End(Exception? fault)
    {
        if (!_ended)
        {
            _ended = true;
            end(fault);
        }
    }

    private void Settle(int count, long bytes)
    {
        TaskCompletionSource? ready = null;
        lock (_gate)
        {
            _outstanding -= count;
            _outstandingBytes -= bytes;
            if (_waiter is not null && HasRoom(_waiterWantsAll))
            {
                (ready, _waiter) = (_waiter, null);
            }
        }

        // On this thread: the reader goes on with its next request here, and anything it adds is drained by this loop.
        ready?.SetResult();
    }

    private readonly record struct Pending(ValueTask<Response> Response, RequestFrame Frame);
}
