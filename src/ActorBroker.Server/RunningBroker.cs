using System.Collections.Immutable;
using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway;
using ActorBroker.Records;
using ActorBroker.Server.Telemetry;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Server;

/// <summary>A broker and its gateway: the gateway opens last and closes first.</summary>
internal sealed partial class RunningBroker : IAsyncDisposable
{
    private readonly BrokerNode _node;
    private readonly KafkaGateway _gateway;
    private readonly BrokerTelemetry _telemetry;

    private RunningBroker(BrokerNode node, KafkaGateway gateway, BrokerTelemetry telemetry)
    {
        _node = node;
        _gateway = gateway;
        _telemetry = telemetry;
        Listeners =
            [.. gateway.BoundEndpoints.Select(bound => new Listener(bound.Listener, bound.Host, bound.Port))];
    }

    public int BrokerId => _node.BrokerId;

    public string ClusterId => _node.ClusterId;

    /// <summary>Where it listens, with the real ports.</summary>
    public IReadOnlyList<Listener> Listeners { get; }

    /// <summary>The first listener's port.</summary>
    public int Port => Listeners[0].Port;

    /// <summary>Where this machine's clients reach the first listener: <c>host:port</c>.</summary>
    public string BootstrapServers => Listeners[0].LocalAuthority;

    public Banner Banner => new(
        BrokerId, ClusterId, Listeners, BootstrapServers,
        [.. _node.Config.Get(BrokerKeys.LogDirs).Select(Path.GetFullPath)], _telemetry.HttpAddress, Place);

    private ClusterPlace? Place => _node.Config.Get(BrokerKeys.ClusterDir) is { Length: > 0 } folder
        ? new ClusterPlace(
            Path.GetFullPath(folder),
            [
                .. Cluster.Brokers.Values.Where(broker => broker.Id != BrokerId).Select(static broker =>
                    broker.Endpoints is [var first, ..]
                        ? $"broker {broker.Id} ({first.Host}:{first.Port})"
                        : $"broker {broker.Id}"),
            ])
        : null;

    public static Task<RunningBroker> StartAsync(
        BrokerConfig config, ILoggerFactory loggers, CancellationToken cancel) =>
        StartAsync(config, loggers, null, cancel);

    /// <summary>The same as a member of a cluster in this process.</summary>
    public static async Task<RunningBroker> StartAsync(
        BrokerConfig config, ILoggerFactory loggers, ClusterSeat? seat, CancellationToken cancel)
    {
        var logger = loggers.CreateLogger("ActorBroker.Server");
        foreach (var ignored in config.Ignored)
        {
            LogIgnored(logger, ignored.Name, ignored.Origin, ignored.Reason);
        }

        var telemetry = BrokerTelemetry.Start(config, logger);
        try
        {
            return await StartAsync(config, loggers, seat, telemetry, cancel).ConfigureAwait(false);
        }
        catch
        {
            await telemetry.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<RunningBroker> StartAsync(
        BrokerConfig config, ILoggerFactory loggers, ClusterSeat? seat, BrokerTelemetry telemetry,
        CancellationToken cancel)
    {
        var world = new BrokerEnvironment(TimeProvider.System, loggers, new PhysicalFileSystem())
        {
            Meters = telemetry.Meters,
        };
        world = seat?.Cluster.Join(config.Get(BrokerKeys.BrokerId), world) ?? world;
        var node = await BrokerNode.StartAsync(config, world, cancel).ConfigureAwait(false);
        try
        {
            var gateway = await KafkaGateway.StartAsync(node, loggers, TimeProvider.System, seat?.Gate, cancel)
                .ConfigureAwait(false);
            telemetry.Up(node);
            return new RunningBroker(node, gateway, telemetry);
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The same for a caller that is a program, not a person: every foreseen failure is of one type.</summary>
    /// <exception cref="BrokerStartException">A setting, the folder or the port can't be used.</exception>
    public static Task<RunningBroker> LaunchAsync(
        Func<BrokerConfig> settings, ILoggerFactory loggers, CancellationToken cancel) =>
        LaunchAsync(settings, loggers, null, cancel);

    /// <summary>The same as a member of a cluster in this process.</summary>
    /// <exception cref="BrokerStartException">A setting, the folder or the port can't be used.</exception>
    public static async Task<RunningBroker> LaunchAsync(
        Func<BrokerConfig> settings, ILoggerFactory loggers, ClusterSeat? seat, CancellationToken cancel)
    {
        BrokerConfig config;
        try
        {
            config = settings();
        }
        catch (ConfigurationException fault)
        {
            throw new BrokerStartException(fault.Message, fault);
        }

        try
        {
            return await StartAsync(config, loggers, seat, cancel).ConfigureAwait(false);
        }
        catch (Exception fault) when (StartFailure.Explain(fault, config) is { } line)
        {
            throw new BrokerStartException(line, fault);
        }
    }

    /// <summary>The cluster as this broker knows it.</summary>
    public ClusterImage Cluster => _node.Cluster;

    /// <summary>Waits until this broker knows the cluster to be in a certain state.</summary>
    public Task WaitForAsync(Func<ClusterImage, bool> condition, CancellationToken cancel) =>
        _node.WaitForAsync(condition, cancel);

    public async Task CreateTopicAsync(
        string name, int? partitions, IReadOnlyDictionary<string, string>? configs, CancellationToken cancel,
        int? replicationFactor = null)
    {
        var settings = configs is null
            ? ImmutableDictionary<string, string?>.Empty
            : configs.ToImmutableDictionary(config => config.Key, string? (config) => config.Value);
        var topic = new NewTopic(name, partitions ?? -1, replicationFactor ?? -1, null, settings);
        var results = await _node.Topics.CreateAsync([topic], validateOnly: false, cancel).ConfigureAwait(false);
        if (results[0].Error != ErrorCode.None)
        {
            throw new TopicCreationException(name, results[0].Error, results[0].Message);
        }
    }

    /// <summary>Ends with the reason where the broker has lost its place in the cluster and stops by itself.</summary>
    public Task<string> Displaced => _node.Displaced;

    /// <summary>What /health/ready would say: one line for people; null: it is ready.</summary>
    public Task<string?> WhyNotReadyAsync(CancellationToken cancel) => _telemetry.WhyNotReadyAsync(cancel);

    public async Task StopAsync(CancellationToken cancel)
    {
        _telemetry.Stopping();

        // Clients are served until others lead what this broker led.
        await _node.PrepareStopAsync(cancel).ConfigureAwait(false);
        await _gateway.StopAsync(cancel).ConfigureAwait(false);
        await _node.StopAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends as a killed process does: connections break, nobody is told anything, and nothing more is written.
    /// </summary>
    public async Task CrashAsync(ClusterSeat seat)
    {
        seat.Gate.Close();
        seat.Cluster.Crash(BrokerId);

        // Requests in work end with the partitions that they wait for.
        await Task.WhenAll(_gateway.DisposeAsync().AsTask(), _node.DisposeAsync().AsTask()).ConfigureAwait(false);
        await _telemetry.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _gateway.DisposeAsync().ConfigureAwait(false);
            await _node.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _telemetry.DisposeAsync().ConfigureAwait(false);
        }
    }

    [LoggerMessage(
        EventId = 4000, Level = LogLevel.Warning, Message = "The setting {Name} ({Origin}) has no effect: {Reason}.")]
    private static partial void LogIgnored(ILogger logger, string name, string origin, string reason);
}
