using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Threading.Channels;

namespace ActorBroker.Client.Networking;

/// <summary>
/// One wire that carries whole frames both ways. Requests are sent in the order in which <see cref="SendAsync"/> was
/// called and pipelined; answers are matched by correlation id. One failure ends it, and everything under way with it.
/// </summary>
/// <remarks>
/// At most <see cref="QueuedRequestsMax"/> requests wait for the wire; further callers wait for room. A caller that
/// cancels leaves its place in line: the request may have been sent, its answer is dropped.
/// </remarks>
internal sealed class FrameConnection : IAsyncDisposable
{
    private const int QueuedRequestsMax = 64;
    private const int CorrelationIdAt = 8;
    private const int LengthSize = 4;

    private readonly IWire _wire;
    private readonly ClientOptions _options;
    private readonly Channel<OutgoingRequest> _outgoing =
        Channel.CreateBounded<OutgoingRequest>(new BoundedChannelOptions(QueuedRequestsMax) { SingleReader = true });

    private readonly Dictionary<int, OutgoingRequest> _awaited = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _loops;
    private KafkaException? _failure;
    private int _lastCorrelationId;

    private FrameConnection(IWire wire, BrokerAddress address, ClientOptions options)
    {
        _wire = wire;
        _options = options;
        Address = address;
        _loops = Task.WhenAll(Task.Run(SendLoopAsync), Task.Run(ReceiveLoopAsync));
    }

    public BrokerAddress Address { get; }

    /// <summary>False once the connection has failed or was closed.</summary>
    public bool IsOpen => Volatile.Read(ref _failure) is null;

    /// <summary>Opens a connection within the options' time.</summary>
    public static async Task<FrameConnection> OpenAsync(
        BrokerAddress address, ClientOptions options, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            var wire = options.ConnectCallback is { } connect
                ? await OpenAsync(connect(address.Host, address.Port, either.Token), either.Token).ConfigureAwait(false)
                : (IWire)await SocketWire.OpenAsync(address, either.Token).ConfigureAwait(false);
            return new FrameConnection(wire, address, options);
        }
        catch (Exception exception)
        {
            // Whatever a callback throws, e.g. of TLS: to who calls, the broker is out of reach.
            cancel.ThrowIfCancellationRequested();
            var why = patience.IsCancellationRequested
                ? $"no answer in {options.ConnectTimeout}"
                : exception.Message;
            throw new ConnectionFailedException(
                $"No connection to {address}: {why}. Is a broker listening there?", exception);
        }
    }

    /// <summary>
    /// Sends one frame and waits for its answer. The frame's length and correlation id are filled in here, and the
    /// frame's buffer goes back to the pool, whatever happens.
    /// </summary>
    /// <returns>The answer, which the caller disposes; null where none is expected.</returns>
    public async Task<ResponseFrame?> SendAsync(
        RequestFrame frame, bool expectsAnswer, TimeSpan timeout, CancellationToken cancel)
    {
        var request = Prepare(frame, expectsAnswer);
        if (!_outgoing.Writer.TryWrite(request))
        {
            await WaitForRoomAsync(request, cancel).ConfigureAwait(false);
        }

        try
        {
            return await request.Answer.WaitAsync(timeout, _options.TimeProvider, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            request.Abandon(cancel);
            throw;
        }
        catch (TimeoutException exception)
        {
            request.Abandon(CancellationToken.None);
            var seconds = timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            var failure = new ClientTimeoutException($"{Address} did not answer within {seconds} s.", exception);
            Fail(failure);
            throw failure;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Fail(new ConnectionFailedException($"The connection to {Address} was closed by this client."));
        await _loops.ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>The wire of a callback, which may heed no token: a late stream is disposed.</summary>
    private static async Task<IWire> OpenAsync(ValueTask<Stream> connecting, CancellationToken cancel)
    {
        var opening = connecting.AsTask();
        try
        {
            return new StreamWire(await opening.WaitAsync(cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            _ = DisposeLateAsync(opening);
            throw;
        }
    }

    private static async Task DisposeLateAsync(Task<Stream> opening)
    {
        try
        {
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It failed too late for anybody to learn of it.
        }
    }

    private OutgoingRequest Prepare(RequestFrame frame, bool expectsAnswer)
    {
        var correlationId = Interlocked.Increment(ref _lastCorrelationId);
        frame.Writer.PatchInt32(0, frame.Length - LengthSize);
        frame.Writer.PatchInt32(CorrelationIdAt, correlationId);
        return new OutgoingRequest(frame, correlationId, expectsAnswer);
    }

    private async Task WaitForRoomAsync(OutgoingRequest request, CancellationToken cancel)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(request, cancel).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            request.Frame.Dispose();
            throw Failure();
        }
        catch (OperationCanceledException)
        {
            request.Frame.Dispose();
            throw;
        }
    }

    private async Task SendLoopAsync()
    {
        OutgoingRequest? newest = null;
        try
        {
            await foreach (var request in _outgoing.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                newest = request;
                if (!TryAwaitAnswer(request))
                {
                    request.Frame.Dispose();
                    request.Failed(Failure());
                    continue;
                }

                using (request.Frame)
                {
                    await _wire.SendAsync(request.Frame, _closing.Token).ConfigureAwait(false);
                }

                request.Sent();
            }
        }
        catch (Exception exception)
        {
            Fail(Lost(exception));
        }

        // One that expects no answer is not awaited: where it was lost on its way, nobody else would say so.
        newest?.Failed(Failure());

        // Whoever got into the queue before it closed learns of the failure too.
        while (_outgoing.Reader.TryRead(out var left))
        {
            left.Frame.Dispose();
            left.Failed(Failure());
        }
    }

    private async Task ReceiveLoopAsync()
    {
        try
        {
            var lengthBytes = new byte[LengthSize];
            while (await ReceiveAllAsync(lengthBytes).ConfigureAwait(false))
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(lengthBytes);
                if (length < LengthSize || length > _options.MaxResponseBytes)
                {
                    Fail(new ProtocolViolationException(
                        $"{Address} sent an answer of {length} bytes, and at most {_options.MaxResponseBytes} are " +
                        "allowed. Is this a Kafka listener without TLS?"));
                    return;
                }

                await ReceiveAnswerAsync(length).ConfigureAwait(false);
            }

            Fail(new ConnectionFailedException($"{Address} closed the connection."));
        }
        catch (KafkaException exception)
        {
            Fail(exception);
        }
        catch (Exception exception)
        {
            Fail(Lost(exception));
        }
    }

    private async Task ReceiveAnswerAsync(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var response = new ResponseFrame(buffer, length);
        var delivered = false;
        try
        {
            if (!await ReceiveAllAsync(buffer.AsMemory(0, length)).ConfigureAwait(false))
            {
                throw new ConnectionFailedException($"{Address} closed the connection in the middle of an answer.");
            }

            var correlationId = BinaryPrimitives.ReadInt32BigEndian(buffer);
            var request = TakeAwaited(correlationId) ?? throw new ProtocolViolationException(
                $"{Address} answered a request that was never sent (correlation id {correlationId}).");
            request.Answered(response);
            delivered = true;
        }
        finally
        {
            if (!delivered)
            {
                response.Dispose();
            }
        }
    }

    /// <summary>Fills the memory; false where the other end closed first.</summary>
    private async ValueTask<bool> ReceiveAllAsync(Memory<byte> memory)
    {
        while (!memory.IsEmpty)
        {
            var received = await _wire.ReceiveAsync(memory, _closing.Token).ConfigureAwait(false);
            if (received == 0)
            {
                return false;
            }

            memory = memory[received..];
        }

        return true;
    }

    private bool TryAwaitAnswer(OutgoingRequest request)
    {
        lock (_awaited)
        {
            return _failure is null && (!request.ExpectsAnswer || _awaited.TryAdd(request.CorrelationId, request));
        }
    }

    private OutgoingRequest? TakeAwaited(int correlationId)
    {
        lock (_awaited)
        {
            return _awaited.Remove(correlationId, out var request) ? request : null;
        }
    }

    private ConnectionFailedException Lost(Exception exception) =>
        new($"The connection to {Address} was lost: {exception.Message}", exception);

    private KafkaException Failure() =>
        Volatile.Read(ref _failure) ?? new ConnectionFailedException($"The connection to {Address} is closed.");

    /// <summary>Ends the connection; the first reason is the one that everybody learns.</summary>
    private void Fail(KafkaException reason)
    {
        OutgoingRequest[] awaited;
        lock (_awaited)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = reason;
            awaited = [.. _awaited.Values];
            _awaited.Clear();
        }

        _outgoing.Writer.TryComplete();
        _closing.Cancel();
        _wire.Dispose();
        foreach (var request in awaited)
        {
            request.Failed(reason);
        }
    }
}
