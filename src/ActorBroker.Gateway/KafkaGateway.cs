using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Broker;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway.Connections;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Handlers;
using ActorBroker.Gateway.Transport;
using ActorBroker.Protocol;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway;

/// <summary>The Kafka port of a broker: opens its listeners and serves their clients until it is stopped.</summary>
public sealed partial class KafkaGateway : IAsyncDisposable
{
    private readonly ConnectionRegistry _registry;
    private readonly ImmutableArray<Acceptor> _acceptors;
    private readonly ILogger _logger;
    private int _stopped;

    private KafkaGateway(
        BrokerNode node, ILogger logger, TimeProvider time, PauseGate? gate,
        List<(Listener Listener, Socket Socket)> opened)
    {
        _logger = logger;
        var config = node.Config;
        var budgets = new Budgets(
            new Budget(BudgetBytes(config)), new Budget(config.Get(BrokerKeys.QueuedMaxRequests)));
        var meter = node.Meters.Create(GatewayInstruments.MeterName);
        var instruments = new GatewayInstruments(meter, budgets, time);
        opened.ForEach(each => instruments.Of(each.Listener.Name));
        var services = new GatewayServices(
            ServedApis.Make(new HandlerContext(node, time, logger, instruments)),
            budgets,
            config.Get(BrokerKeys.SocketRequestMaxBytes),
            time,
            logger)
        {
            Instruments = instruments,
            Gate = gate,
        };
        _registry = new ConnectionRegistry(services, () => Limits(node.Config));
        _acceptors = [.. opened.Select(
            each => new Acceptor(each.Listener.Name, each.Socket, _registry, time, logger))];
        BoundEndpoints = [.. _acceptors.Select(
            acceptor => new BrokerEndpoint(acceptor.Listener, acceptor.Bound.Address.ToString(), acceptor.Bound.Port))];
    }

    /// <summary>The APIs that are served, with the lowest and highest version that works.</summary>
    public static IReadOnlyList<(ApiKey Key, short Lowest, short Highest)> SupportedApis { get; } =
        [.. ServedApis.All.Select(api => (api.Key, api.Lowest, api.Highest))];

    /// <summary>Where it listens, with the real ports.</summary>
    public IReadOnlyList<BrokerEndpoint> BoundEndpoints { get; }

    /// <summary>Client connections open now.</summary>
    public int ConnectionCount => _registry.Count;

    /// <summary>Opens all listeners, tells the cluster where clients reach them, then lets clients in.</summary>
    /// <exception cref="ListenerException">A listener can't be opened; none stays open.</exception>
    public static Task<KafkaGateway> StartAsync(BrokerNode node, ILoggerFactory loggers, CancellationToken cancel) =>
        StartAsync(node, loggers, TimeProvider.System, null, cancel);

    /// <summary>The same with a clock of the caller's: idle time-outs and the waits of fetches go by it.</summary>
    /// <exception cref="ListenerException">A listener can't be opened; none stays open.</exception>
    public static Task<KafkaGateway> StartAsync(
        BrokerNode node, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel) =>
        StartAsync(node, loggers, time, null, cancel);

    /// <summary>The same with a gate that can hold all connections up; null: nothing ever does.</summary>
    /// <exception cref="ListenerException">A listener can't be opened; none stays open.</exception>
    public static Task<KafkaGateway> StartAsync(
        BrokerNode node, ILoggerFactory loggers, TimeProvider time, PauseGate? gate, CancellationToken cancel) =>
        StartAsync(node, loggers, time, gate, [], cancel);

    /// <summary>
    /// The same with endpoints of other kinds than TCP: the cluster is told of them too, and whoever serves them hands
    /// their connections to <see cref="Accept"/>.
    /// </summary>
    /// <exception cref="ListenerException">A listener can't be opened; none stays open.</exception>
    public static Task<KafkaGateway> StartAsync(
        BrokerNode node, ILoggerFactory loggers, ImmutableArray<BrokerEndpoint> others, CancellationToken cancel) =>
        StartAsync(node, loggers, TimeProvider.System, null, others, cancel);

    private static async Task<KafkaGateway> StartAsync(
        BrokerNode node, ILoggerFactory loggers, TimeProvider time, PauseGate? gate,
        ImmutableArray<BrokerEndpoint> others, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(node);
        cancel.ThrowIfCancellationRequested();
        var opened = new List<(Listener, Socket)>();
        try
        {
            foreach (var listener in node.Config.Listeners)
            {
                opened.Add((listener, ListenerSocket.Open(listener, node.Config)));
            }

            var gateway = new KafkaGateway(node, loggers.CreateLogger("ActorBroker.Gateway"), time, gate, opened);
            await gateway.OpenAsync(node, others, cancel).ConfigureAwait(false);
            return gateway;
        }
        catch
        {
            foreach (var (_, socket) in opened)
            {
                socket.Dispose();
            }

            throw;
        }
    }

    /// <summary>
    /// Serves a client at the other end of a stream, until either side closes it. Where there are too many
    /// connections, or the gateway stops, it is closed at once.
    /// </summary>
    /// <param name="stream">The connection, which the gateway disposes.</param>
    /// <param name="listener">The endpoint that it came in on: the client is told those of the same name.</param>
    public void Accept(Stream stream, string listener) => _registry.Accept(new StreamTransport(stream), listener);

    /// <summary>
    /// Accepts no more, lets the requests in work finish, and closes every connection; what lasts beyond the token is
    /// cut off.
    /// </summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        foreach (var acceptor in _acceptors)
        {
            await acceptor.StopAsync().ConfigureAwait(false);
        }

        await _registry.StopAsync(cancel).ConfigureAwait(false);
        _registry.Dispose();
        foreach (var acceptor in _acceptors)
        {
            acceptor.Dispose();
        }

        LogStopped(_logger);
    }

    /// <summary>Stops at once: requests in work are cut off.</summary>
    public async ValueTask DisposeAsync() =>
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private async Task OpenAsync(BrokerNode node, ImmutableArray<BrokerEndpoint> others, CancellationToken cancel)
    {
        var listening = _acceptors.Select(acceptor => Advertised(acceptor, node.Config));
        await node.AdvertiseAsync([.. listening, .. others], cancel).ConfigureAwait(false);
        foreach (var acceptor in _acceptors)
        {
            acceptor.Start();
            LogListening(_logger, acceptor.Listener, acceptor.Bound);
        }
    }

    private static BrokerEndpoint Advertised(Acceptor acceptor, BrokerConfig config)
    {
        if (config.AdvertisedListeners.FirstOrDefault(each => each.Name == acceptor.Listener) is { } advertised)
        {
            return new BrokerEndpoint(acceptor.Listener, advertised.Host, advertised.Port);
        }

        // A listener on every address has none to tell: the machine's own name is the best guess, as in Kafka.
        var host = config.Listeners.First(each => each.Name == acceptor.Listener).Host;
        var everywhere = host.Length == 0 ||
            (IPAddress.TryParse(host, out var address) &&
                (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
        return new BrokerEndpoint(acceptor.Listener, everywhere ? Dns.GetHostName() : host, acceptor.Bound.Port);
    }

    private static ConnectionLimits Limits(BrokerConfig config)
    {
        var idleMs = config.Get(BrokerKeys.ConnectionsMaxIdleMs);
        return new ConnectionLimits(
            config.Get(BrokerKeys.MaxConnections),
            config.Get(BrokerKeys.MaxConnectionsPerIp),
            idleMs < 0 ? null : TimeSpan.FromMilliseconds(Math.Min(idleMs, TimeSpan.MaxValue.TotalMilliseconds / 2)));
    }

    // Kafka's default sets no bound; a quarter of the memory still leaves room to answer when everyone sends at once.
    private static long BudgetBytes(BrokerConfig config)
    {
        if (config.Get(BrokerKeys.QueuedMaxRequestBytes) is > 0 and var configured)
        {
            return configured;
        }

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Math.Max(memory / 4, config.Get(BrokerKeys.SocketRequestMaxBytes));
    }

    [LoggerMessage(
        EventId = 3000, Level = LogLevel.Information, Message = "Listener {Listener} is open on {Endpoint}.")]
    private static partial void LogListening(ILogger logger, string listener, IPEndPoint endpoint);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "All listeners are closed.")]
    private static partial void LogStopped(ILogger logger);
}
