// The HTTP port: Kestrel alone, put together by hand, as a host and its container would cost a start more than all of
// the broker does. The socket is bound first and at once, so that a taken port stops the start and port 0 is known for
// the banner; Kestrel comes up behind it in the background, and early requests wait in the backlog.
using System.Net;
using System.Net.Sockets;
using ActorBroker.Core.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ActorBroker.Server.Http;

/// <summary>Serves <see cref="HttpPages"/> on <c>http.listener</c>.</summary>
internal sealed partial class HttpPort : IAsyncDisposable
{
    private const int ConnectionsMax = 100;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    // Whoever holds connections and asks nothing must not keep the health checks out for long.
    private static readonly TimeSpan HeadersTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(15);

    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly Task<KestrelServer?> _starting;

    private HttpPort(Listener listener, Socket socket, HttpPages pages, ILogger logger)
    {
        _socket = socket;
        _logger = logger;
        var bound = (IPEndPoint)socket.LocalEndPoint!;
        Address = new Uri($"http://{(listener with { Port = bound.Port }).LocalAuthority}");
        _starting = Task.Run(() => StartAsync(bound, pages));
    }

    /// <summary>Where it is, with the real port.</summary>
    public Uri Address { get; }

    /// <summary>Opens the port; what comes before Kestrel is up waits.</summary>
    /// <exception cref="HttpListenerException">The address can't be had.</exception>
    public static HttpPort Open(Listener listener, HttpPages pages, ILogger logger) =>
        new(listener, HttpSocket.Open(listener), pages, logger);

    /// <summary>Serves no more; requests in work get a moment to end.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var server = await _starting.ConfigureAwait(false);
            if (server is not null)
            {
                using var late = new CancellationTokenSource(StopTime);
                await server.StopAsync(late.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            _socket.Dispose();
        }
    }

    // A broker serves its clients without this port as well, so a fault is told and the port closed: who asks there is
    // refused at once and doesn't wait for nobody.
    private async Task<KestrelServer?> StartAsync(IPEndPoint bound, HttpPages pages)
    {
        KestrelServer? server = null;
        try
        {
            server = NewServer(bound);
            await server.StartAsync(pages, CancellationToken.None).ConfigureAwait(false);
            return server;
        }
        catch (Exception fault)
        {
            LogNotServed(_logger, Address, fault);
            server?.Dispose();
            _socket.Dispose();
            return null;
        }
    }

    private KestrelServer NewServer(IPEndPoint bound)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = ConnectionsMax;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.RequestHeadersTimeout = HeadersTime;
        options.Limits.KeepAliveTimeout = IdleTime;
        options.Listen(bound, static listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportOptions { CreateBoundListenSocket = _ => _socket, IOQueueCount = 1 };
        var transport = new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance);
        return new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
    }

    [LoggerMessage(
        EventId = 4003, Level = LogLevel.Error, Message = "Metrics and health can't be served at {Address}.")]
    private static partial void LogNotServed(ILogger logger, Uri address, Exception fault);
}
