// One broker: its log directories, its catalogue, its partitions, and the work in the background. Everything a
// gateway needs is reachable from here, and nothing else is.
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker;

/// <summary>A running broker.</summary>
public sealed class BrokerNode : IAsyncDisposable
{
    private readonly BrokerState _state;
    private readonly ClusterPorts _ports;
    private readonly CatalogueFollower _follower;
    private readonly CatalogueWriter _writer;
    private readonly Housekeeping _housekeeping;
    private readonly LogDirProbes _probes;
    private readonly ControlledShutdown _shutdown;
    private readonly ClusterController _controller;
    private readonly ILogger _logger;
    private readonly Lock _stopGate = new();
    private readonly TaskCompletionSource<string> _displaced =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task? _stopping;

    internal BrokerNode(
        BrokerState state, ClusterPorts ports, CatalogueFollower follower, CatalogueWriter writer,
        ControllerMeters meters, BrokerEnvironment environment)
    {
        _logger = environment.Loggers.CreateLogger<BrokerNode>();
        _state = state;
        _ports = ports;
        _follower = follower;
        _writer = writer;
        _housekeeping = new Housekeeping(state, environment.Time, _logger);
        _probes = new LogDirProbes(state.Partitions, environment.Time);
        _shutdown = new ControlledShutdown(state, follower, environment.Time, _logger);
        _controller = new ClusterController(state, follower, meters, environment.Time, _logger);
        Configs = new ConfigService(state, writer);
        ProducerIds = new ProducerIdAllocator(state.Catalogue, writer);
        ClusterAdmin = new ClusterService(state, writer);
        state.Cluster.Changed += MindPlace;
        MindPlace();
    }

    /// <summary>The settings in force.</summary>
    public BrokerConfig Config => _state.Config;

    /// <summary>This broker's id.</summary>
    public int BrokerId => _state.BrokerId;

    /// <summary>The cluster's id.</summary>
    public string ClusterId => Cluster.ClusterId;

    /// <summary>The cluster as it is known now; a new object after each change.</summary>
    public ClusterImage Cluster => _state.Cluster.Image;

    /// <summary>Topics: create, grow, delete.</summary>
    public required TopicService Topics { get; init; }

    /// <summary>Settings: describe, change.</summary>
    public ConfigService Configs { get; }

    /// <summary>Leaderships, replicas and brokers: elect, reassign, drain, unregister.</summary>
    public ClusterService ClusterAdmin { get; }

    /// <summary>Ids for idempotent producers.</summary>
    public ProducerIdAllocator ProducerIds { get; }

    /// <summary>Consumer groups: members, assignments, committed offsets.</summary>
    public required GroupCoordinator Groups { get; init; }

    /// <summary>How far behind the groups are.</summary>
    public required GroupLag Lag { get; init; }

    /// <summary>Where the broker's instruments live, until it has stopped.</summary>
    public required BrokerMeters Meters { get; init; }

    /// <summary>
    /// Ends, with the reason in one line, when this broker's place in the cluster is no longer its own: it was
    /// unregistered, or another process runs under its id. It stops by itself then, and serves nobody; whoever hosts it
    /// has to end it.
    /// </summary>
    public Task<string> Displaced => _displaced.Task;

    /// <summary>
    /// This broker hands its leaderships over and will be gone in a moment. A client that asks it for a partition which
    /// it does not lead any more, in a version whose answers don't name the leader, is helped best by a closed
    /// connection: it looks around at once, and not after the back-off that it takes when it is told to look.
    /// </summary>
    public bool IsLeaving => _shutdown.IsDraining;

    internal Housekeeping Housekeeping => _housekeeping;

    /// <summary>
    /// Opens the log directories, the catalogue and the partitions (recovering in parallel what an unclean stop
    /// left), and starts the background work. A partition whose log can't be opened is offline; the others go on.
    /// </summary>
    /// <exception cref="Storage.LogDirectoryException">A log directory can't be used; the message says what to
    /// do.</exception>
    /// <exception cref="CatalogueException">The catalogue can't be read; the message says what to
    /// do.</exception>
    public static Task<BrokerNode> StartAsync(
        BrokerConfig config, BrokerEnvironment environment, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(environment);
        return BrokerStart.RunAsync(config, environment, cancel);
    }

    /// <summary>Says where clients reach this broker, once its ports are bound.</summary>
    public async Task AdvertiseAsync(ImmutableArray<BrokerEndpoint> endpoints, CancellationToken cancel)
    {
        ImmutableArray<AdvertisedEndpoint> advertised =
            [.. endpoints.Select(static each => new AdvertisedEndpoint(each.Listener, each.Host, each.Port))];
        await _writer.RunAsync(
            () =>
            {
                BrokerLife.TryUpdate(
                    _state.Catalogue, BrokerId, _state.BrokerEpoch, broker => broker with { Endpoints = advertised });
                _writer.Settle(ClusterCatalogue.BrokerKey(BrokerId));
                return true;
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>Waits until the cluster, as this broker knows it, is in a certain state.</summary>
    public async Task WaitForAsync(Func<ClusterImage, bool> condition, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _state.Cluster.Changed += Look;
        try
        {
            Look();
            await holds.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _state.Cluster.Changed -= Look;
        }

        void Look()
        {
            if (condition(Cluster))
            {
                holds.TrySetResult();
            }
        }
    }

    /// <summary>Finds a partition of which this broker holds a replica.</summary>
    public bool TryGetPartition(string topic, int partition, [NotNullWhen(true)] out Partition? found) =>
        _state.Partitions.TryGet(topic, partition, out found);

    /// <summary>Finds a partition of which this broker holds a replica.</summary>
    public bool TryGetPartition(Guid topicId, int partition, [NotNullWhen(true)] out Partition? found) =>
        _state.Partitions.TryGet(topicId, partition, out found);

    /// <summary>
    /// The in-sync replica in a consumer's rack that it had better read from (KIP-392, <c>replica.selector.class</c>);
    /// -1: from the leader.
    /// </summary>
    public int PreferredReadReplica(string topic, int partition, string? rack)
    {
        if (string.IsNullOrEmpty(rack) ||
            Config.Get(BrokerKeys.ReplicaSelectorClass) != BrokerKeys.RackAwareReplicaSelector)
        {
            return -1;
        }

        var image = Cluster;
        if (!image.TopicsByName.TryGetValue(topic, out var document) || partition >= document.Partitions.Length)
        {
            return -1;
        }

        var state = document.Partitions[partition];
        ImmutableArray<int> near = [.. state.InSync.Where(id => image.Brokers.GetValueOrDefault(id)?.Rack == rack)];
        return near.IsEmpty || near.Contains(state.Leader) ? -1 : near[partition % near.Length];
    }

    /// <summary>
    /// The log directories that can't be written: a partition failed at its last try (or there is none yet), and a new
    /// try fails too, so that a disk that works again is known before anybody produces. A try is remembered for a
    /// second; a disk that doesn't answer within five can't be written.
    /// </summary>
    public Task<IReadOnlyList<string>> FailedLogDirsAsync(CancellationToken cancel) => _probes.FailedAsync(cancel);

    /// <summary>The log directories, their space and their replicas.</summary>
    public IReadOnlyList<LogDirDescription> DescribeLogDirs()
    {
        var replicas = _state.Partitions.All.ToLookup(
            partition => partition.Actor.Context.Directory,
            partition => new ReplicaDescription(partition.Name, partition.SizeInBytes, 0, IsFuture: false));
        return
        [
            .. _state.Partitions.Directories.Select(directory =>
            {
                var (total, usable) = directory.Volume();
                return new LogDirDescription(directory.Path, ErrorCode.None, total, usable, [.. replicas[directory]]);
            }),
        ];
    }

    /// <summary>
    /// Moves the leaderships to other brokers before the stop, while clients are still served
    /// (<c>controlled.shutdown.enable</c>); ends when none is left that could move, or after a while.
    /// </summary>
    public Task PrepareStopAsync(CancellationToken cancel) => _shutdown.RunAsync(cancel);

    /// <summary>
    /// Stops gracefully: moves its leaderships, takes no more work, answers what it has, flushes and closes every log,
    /// and marks the stop as clean. The token only gives up waiting; the stop itself goes on.
    /// </summary>
    public Task StopAsync(CancellationToken cancel)
    {
        lock (_stopGate)
        {
            _stopping ??= Task.Run(StopAsync, CancellationToken.None);
            return _stopping.WaitAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>
    /// Nobody counts on a life that is not the registered one, and what it leads alone its successor leads too.
    /// </summary>
    private void MindPlace()
    {
        var reason = Cluster.Registered.GetValueOrDefault(BrokerId) switch
        {
            null => $"broker {BrokerId} was taken out of the cluster: start it again if it is to be a member of it",
            { } now when now.Epoch > _state.BrokerEpoch =>
                $"another process runs as broker {BrokerId} of the cluster: give one of them another broker.id",
            _ => null,
        };
        if (reason is not null && _displaced.TrySetResult(reason))
        {
            BrokerLogs.Displaced(_logger, reason);
            _ = StopAsync(CancellationToken.None);
        }
    }

    private async Task StopAsync()
    {
        _state.Cluster.Changed -= MindPlace;
        await _shutdown.RunAsync(CancellationToken.None).ConfigureAwait(false);
        await Groups.DisposeAsync().ConfigureAwait(false);
        await _controller.DisposeAsync().ConfigureAwait(false);
        _writer.Dispose();
        await _housekeeping.DisposeAsync().ConfigureAwait(false);
        await _ports.Membership.LeaveAsync().ConfigureAwait(false);
        await _follower.DisposeAsync().ConfigureAwait(false);
        var clean = await _state.Partitions.CloseAllAsync().ConfigureAwait(false);
        await _ports.DisposeAsync().ConfigureAwait(false);
        var allClean = Checkpoint(clean);
        foreach (var directory in _state.Partitions.Directories)
        {
            directory.Dispose();
        }

        await _state.Partitions.DisposeAsync().ConfigureAwait(false);
        Meters.Dispose();
        BrokerLogs.Stopped(_logger, BrokerId, allClean);
    }

    /// <summary>
    /// Without its checkpoints or its marker a stop is simply not clean; the next start checks the logs.
    /// </summary>
    private bool Checkpoint(IReadOnlySet<Storage.LogDirectory> clean)
    {
        try
        {
            _state.Partitions.Checkpoints.WriteAll();
            foreach (var directory in clean)
            {
                directory.MarkCleanShutdown(_state.BrokerEpoch);
            }

            return clean.Count == _state.Partitions.Directories.Count;
        }
        catch (Exception failure) when (Partition.IsStorageFault(failure))
        {
            BrokerLogs.CheckpointFailed(_logger, failure);
            return false;
        }
    }
}
