// A silo is a broker, from when the silo is active until it begins to stop: it hands its leaderships over while it can
// still call others, and leaves before the silo does.
using ActorBroker.Broker;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway;
using ActorBroker.Orleans.Catalogue;
using ActorBroker.Orleans.Membership;
using ActorBroker.Orleans.Replication;
using ActorBroker.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace ActorBroker.Orleans.Hosting;

/// <summary>The broker of this silo.</summary>
internal sealed class SiloBroker : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly IGrainFactory _grains;
    private readonly IClusterMembershipService _silos;
    private readonly ILocalSiloDetails _silo;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly IHostApplicationLifetime _host;
    private readonly BrokerConfig _config;
    private GrainCatalogue? _catalogue;
    private BrokerNode? _node;
    private KafkaGateway? _gateway;

    /// <exception cref="OptionsValidationException">The silo's name has no broker's id.</exception>
    public SiloBroker(
        IGrainFactory grains, IClusterMembershipService silos, ILocalSiloDetails silo, ILoggerFactory loggers,
        IHostApplicationLifetime host, IOptions<ActorBrokerOptions> options)
    {
        _grains = grains;
        _silos = silos;
        _silo = silo;
        _loggers = loggers;
        _logger = loggers.CreateLogger<SiloBroker>();
        _host = host;
        Links = new GrainReplicaLinks(grains);
        BrokerId = BrokerName.TryParse(silo.Name, out var id)
            ? id
            : throw new OptionsValidationException(
                nameof(SiloOptions.SiloName), typeof(SiloOptions),
                [$"The silo's name is '{silo.Name}'; it has to end with a broker's id, as in 'broker-3'."]);
        _config = BrokerConfig.Parse(options.Value.Settings
            .Append(new("broker.id", $"{id}"))
            .Select(static setting => new ConfigInput(setting.Key, setting.Value, "AddActorBroker")));
    }

    /// <summary>This broker's id.</summary>
    public int BrokerId { get; }

    /// <summary>The ways to the other brokers.</summary>
    public GrainReplicaLinks Links { get; }

    /// <summary>The broker, once it has started.</summary>
    public BrokerNode? Node => Volatile.Read(ref _node);

    /// <summary>Where Kafka clients reach it, once it has started.</summary>
    public IReadOnlyList<BrokerEndpoint> Endpoints => Volatile.Read(ref _gateway)?.BoundEndpoints ?? [];

    /// <summary>Kafka clients connected now.</summary>
    public int ConnectionCount => Volatile.Read(ref _gateway)?.ConnectionCount ?? 0;

    /// <summary>Serves a Kafka client at the other end of the stream; false where nobody is served now.</summary>
    public bool TryAccept(Stream stream)
    {
        if (Volatile.Read(ref _gateway) is not { } gateway)
        {
            return false;
        }

        // A call's context is not the connection's.
        using (ExecutionContext.SuppressFlow())
        {
            gateway.Accept(stream, ConnectionKey.Listener);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(SiloBroker), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync().ConfigureAwait(false);
        }

        if (_node is not null)
        {
            await _node.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        _catalogue = await GrainCatalogue.OpenAsync(
            _grains.GetGrain<ICatalogueGrain>(0), _logger, cancel).ConfigureAwait(false);
        var environment = new BrokerEnvironment(TimeProvider.System, _loggers, new PhysicalFileSystem())
        {
            Cluster = await OpenPortsAsync(_catalogue).ConfigureAwait(false),
        };

        // The ports are the broker's now, whatever becomes of its start.
        var node = await Task.Run(
            () => BrokerNode.StartAsync(_config, environment, cancel), CancellationToken.None).ConfigureAwait(false);
        Volatile.Write(ref _node, node);
        _ = EndWithAsync(node);
        var grains = new BrokerEndpoint(
            ConnectionKey.Listener, new ConnectionKey(BrokerId, Guid.Empty).Host, ConnectionKey.Port);
        var gateway = await KafkaGateway.StartAsync(node, _loggers, [grains], cancel).ConfigureAwait(false);
        Volatile.Write(ref _gateway, gateway);
        foreach (var endpoint in gateway.BoundEndpoints)
        {
            OrleansLogs.Serving(_logger, BrokerId, node.ClusterId, endpoint.Listener, endpoint.Host, endpoint.Port);
        }
    }

    /// <summary>It waits for the catalogue's grain, so no thread of a grain may be the one that waits.</summary>
    private async Task<ClusterPorts> OpenPortsAsync(GrainCatalogue catalogue)
    {
        var membership = new SiloMembership(_silos, _silo.SiloAddress, catalogue);
        try
        {
            return await Task.Run(() => ClusterPorts.Over(catalogue, membership, Links)).ConfigureAwait(false);
        }
        catch
        {
            await membership.DisposeAsync().ConfigureAwait(false);
            catalogue.Dispose();
            throw;
        }
    }

    /// <summary>Each step is taken, also where there is no time left to wait for the one before.</summary>
    private async Task StopAsync(CancellationToken cancel)
    {
        if (_node is null)
        {
            return;
        }

        // Clients are served until others lead what this broker led.
        const ConfigureAwaitOptions GoOn = ConfigureAwaitOptions.SuppressThrowing;
        _catalogue?.HurryUp();
        await _node.PrepareStopAsync(cancel).ConfigureAwait(GoOn);
        if (_gateway is not null)
        {
            await _gateway.StopAsync(cancel).ConfigureAwait(GoOn);
        }

        await _node.StopAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A silo whose broker has lost its place is of no use: whoever hosts it learns so.</summary>
    private async Task EndWithAsync(BrokerNode node)
    {
        var reason = await node.Displaced.ConfigureAwait(false);
        OrleansLogs.Displaced(_logger, reason);
        _host.StopApplication();
    }
}
