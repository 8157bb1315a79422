using System.Net;
using System.Net.Sockets;
using ActorBroker.Gateway.Transport;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Connections;

/// <summary>One bound listener and the loop that accepts its connections.</summary>
internal sealed partial class Acceptor : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly ConnectionRegistry _registry;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Takes over a socket that is bound and listens.</summary>
    public Acceptor(string listener, Socket socket, ConnectionRegistry registry, TimeProvider time, ILogger logger)
    {
        Listener = listener;
        _socket = socket;
        _registry = registry;
        _time = time;
        _logger = logger;
        Bound = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The listener's name.</summary>
    public string Listener { get; }

    /// <summary>Where it listens; the port is the real one.</summary>
    public IPEndPoint Bound { get; }

    /// <summary>Begins to accept.</summary>
    public void Start() => _loop = Task.Run(AcceptAsync);

    /// <summary>Accepts no more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Admit(socket);
            }
            catch (Exception fault) when (_stop.IsCancellationRequested && IsEnd(fault))
            {
                return;
            }
            catch (SocketException fault)
            {
                // A peer that has left again, or no file handles: the next attempt may do better, but not at once.
                LogAcceptFailed(_logger, Listener, fault.Message);
                await DelayAsync().ConfigureAwait(false);
            }
        }
    }

    private static bool IsEnd(Exception fault) =>
        fault is OperationCanceledException or SocketException or ObjectDisposedException;

    private void Admit(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            _registry.Accept(new SocketTransport(socket), Listener);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            socket.Dispose(); // It was reset before it could be served.
        }
    }

    private async Task DelayAsync()
    {
        try
        {
            await Task.Delay(RetryDelay, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition ends it.
        }
    }

    [LoggerMessage(
        EventId = 3120, Level = LogLevel.Warning,
        Message = "Listener {Listener} could not accept a connection: {Reason}")]
    private static partial void LogAcceptFailed(ILogger logger, string listener, string reason);
}
