using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Transport;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Connections;

/// <summary>
/// One client: reads frames, hands them to their handlers in order, and answers in order. One request is in work at a
/// time, except that consecutive requests of a kind that may overlap (Produce) are started one after the other without
/// waiting for the answers. The next frame is read ahead meanwhile, which is also how a peer's departure is noticed.
/// </summary>
#pragma warning disable CA1001 // Without a timer the token source holds nothing, and an abort may come at any time.
internal sealed partial class Connection
#pragma warning restore CA1001
{
    private const int RequestsInARowMax = 16;

    private readonly ITransport _transport;
    private readonly HandlerTable _handlers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FrameReader _reader;
    private readonly ResponsePipeline _pipeline;
    private readonly CancellationTokenSource _closing = new();
    private long _lastActivity;
    private int _ended;
    private volatile bool _stopping;

    public Connection(ITransport transport, string listener, GatewayServices services)
    {
        _transport = transport;
        _handlers = services.Handlers;
        _time = services.Time;
        _logger = services.Logger;
        Listener = listener;
        Remote = transport.Remote;
        Closing = _closing.Token;
        _lastActivity = _time.GetTimestamp();
        _reader = new FrameReader(transport, services.Budgets, services.FrameBytesMax, Touch, Closing);
        _pipeline = new ResponsePipeline(transport, Touch, End);
    }

    /// <summary>The listener that it came in on.</summary>
    public string Listener { get; }

    /// <summary>The client's address, where known.</summary>
    public IPEndPoint? Remote { get; }

    /// <summary>Cancelled when the connection ends: parked requests give up.</summary>
    public CancellationToken Closing { get; }

    /// <summary>How long nothing has been received or sent.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _lastActivity));

    /// <summary>True while the rest of a frame is awaited.</summary>
    public bool InFrame => _reader.InFrame;

    /// <summary>Serves the client until it leaves, breaks the protocol, or is aborted; never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (BadFrameException bad)
        {
            LogBadFrame(_logger, Remote, bad.Message);
        }
        catch (OperationCanceledException) when (Closing.IsCancellationRequested)
        {
            // Stopped, or ended for a reason that has been told already.
        }
#pragma warning disable CA1031 // The crash boundary of one connection: nothing that happens here may reach another one.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            End(fault);
        }

        // Requests in work still use their frames, and acknowledged ones still deserve their answers.
        await _closing.CancelAsync().ConfigureAwait(false);
        await _pipeline.WaitAsync(all: true).ConfigureAwait(false);
        _transport.Dispose();
    }

    /// <summary>Ends the connection now, from any thread.</summary>
    public void Abort(string reason)
    {
        LogAborted(_logger, Remote, reason);
        End(null);
    }

    /// <summary>
    /// Takes no further request; what is in work is answered (a parked fetch at once, with what there is), then the
    /// connection closes. Requests that came later stay unread: the client repeats them.
    /// </summary>
    public void Stop()
    {
        _stopping = true;
        _closing.Cancel();
        _transport.EndReceive();
    }

    private async Task ServeAsync()
    {
        var overlaps = false;
        var inARow = 0;
        while (await _reader.ReadAsync().ConfigureAwait(false) is { } frame)
        {
            var added = false;
            try
            {
                if (!TryFind(frame, out var header, out var handler))
                {
                    return;
                }

                await _pipeline.WaitAsync(all: !(overlaps && handler.MayOverlap)).ConfigureAwait(false);
                overlaps = handler.MayOverlap;
                if (_stopping || Volatile.Read(ref _ended) != 0)
                {
                    return;
                }

                // A client that never lets its socket run dry may not keep its neighbours waiting either.
                var request = new RequestContext(header, frame, this);
                if (!handler.IsShortWork(request) || ++inARow % RequestsInARowMax == 0)
                {
                    await PoolThread.SwitchAsync();
                }

                var response = handler.HandleAsync(request);
                added = true;
                _pipeline.Add(response, frame);
            }
            finally
            {
                if (!added)
                {
                    frame.Dispose();
                }
            }
        }
    }

    private bool TryFind(RequestFrame frame, out FrameHeader header, [NotNullWhen(true)] out ApiHandler? handler)
    {
        header = FrameHeader.ReadStart(frame.Span);
        handler = null;
        if (!_handlers.TryFind(header.ApiKey, header.ApiVersion, out var match))
        {
            LogUnknownApi(_logger, Remote, header.ApiKey, header.ApiVersion);
            return false;
        }

        // A version that we don't know may have a header that we don't know either: then only its start is read.
        if (match.Api.Supports(header.ApiVersion) &&
            !header.TryReadRest(frame.Span, header.ApiVersion >= match.Handler.FirstFlexibleVersion))
        {
            LogBadHeader(_logger, Remote, match.Api.Key);
            return false;
        }

        handler = match.Handler;
        frame.Begin(match.Meter);
        return true;
    }

    private void Touch() => Volatile.Write(ref _lastActivity, _time.GetTimestamp());

    private void End(Exception? fault)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        Report(fault);
        _closing.Cancel();
        _transport.Abort();
    }

    private void Report(Exception? fault)
    {
        switch (fault)
        {
            case null:
                break;
            case BadRequestException bad:
                LogBadRequest(_logger, Remote, bad.Message);
                break;
            case IOException or SocketException or ObjectDisposedException
                or OperationCanceledException:
                LogPeerGone(_logger, Remote, fault.Message);
                break;
            default:
                LogFault(_logger, fault, Remote);
                break;
        }
    }
}
