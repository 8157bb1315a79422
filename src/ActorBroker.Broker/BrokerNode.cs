// One broker: its log directories, its catalogue, its partitions, and the work in the background. Everything a
// gateway needs is reachable from here, and nothing else is.
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Background;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Groups.Lag;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker;

/// <summary>A running broker.</summary>
public sealed class BrokerNode : IAsyncDisposable
{
    private readonly BrokerState _state;
    private readonly Controller _controller;
    private readonly Housekeeping _housekeeping;
    private readonly LogDirProbes _probes;
    private readonly ILogger _logger;
    private readonly Lock _stopGate = new();
    private Task? _stopping;

    internal BrokerNode(
        BrokerState state, Controller controller, Housekeeping housekeeping, LogDirProbes probes, BrokerMeters meters,
        GroupCoordinator groups, GroupLag lag, ILogger logger)
    {
        _probes = probes;
        Meters = meters;
        _state = state;
        _controller = controller;
        _housekeeping = housekeeping;
        _logger = logger;
        Topics = new TopicService(state, controller);
        Configs = new ConfigService(state, controller);
        ProducerIds = new ProducerIdAllocator(state.Catalogue, controller);
        Groups = groups;
        Lag = lag;
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
    public TopicService Topics { get; }

    /// <summary>Settings: describe, change.</summary>
    public ConfigService Configs { get; }

    /// <summary>Ids for idempotent producers.</summary>
    public ProducerIdAllocator ProducerIds { get; }

    /// <summary>Consumer groups: members, assignments, committed offsets.</summary>
    public GroupCoordinator Groups { get; }

    /// <summary>How far behind the groups are.</summary>
    public GroupLag Lag { get; }

    /// <summary>Where the broker's instruments live, until it has stopped.</summary>
    public BrokerMeters Meters { get; }

    internal Housekeeping Housekeeping => _housekeeping;

    /// <summary>
    /// Opens the log directories, the catalogue and the partitions (recovering in parallel what an unclean stop
    /// left), and starts the background work. A partition whose log can't be opened is offline; the others go on.
    /// </summary>
    /// <exception cref="Storage.LogDirectoryException">A log directory can't be used; the message says what to
    /// do.</exception>
    /// <exception cref="Catalogue.CatalogueException">The catalogue can't be read; the message says what to
    /// do.</exception>
    public static Task<BrokerNode> StartAsync(
        BrokerConfig config, BrokerEnvironment environment, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(environment);
        return BrokerStart.RunAsync(config, environment, cancel);
    }

    /// <summary>Says where clients reach this broker, once its ports are bound.</summary>
    public void Advertise(ImmutableArray<BrokerEndpoint> endpoints) =>
        _state.Cluster.Put(new BrokerInfo(BrokerId, endpoints, Config.Get(BrokerKeys.BrokerRack)));

    /// <summary>Finds a partition of which this broker holds a replica.</summary>
    public bool TryGetPartition(string topic, int partition, [NotNullWhen(true)] out Partition? found) =>
        _state.Partitions.TryGet(topic, partition, out found);

    /// <summary>Finds a partition of which this broker holds a replica.</summary>
    public bool TryGetPartition(Guid topicId, int partition, [NotNullWhen(true)] out Partition? found) =>
        _state.Partitions.TryGet(topicId, partition, out found);

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
    /// Stops gracefully: takes no more work, answers what it has, flushes and closes every log, and marks the stop as
    /// clean. The token only gives up waiting; the stop itself goes on.
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

    private async Task StopAsync()
    {
        await Groups.DisposeAsync().ConfigureAwait(false);
        _controller.Dispose();
        await _housekeeping.DisposeAsync().ConfigureAwait(false);
        var clean = await _state.Partitions.CloseAllAsync().ConfigureAwait(false);
        var allClean = Checkpoint(clean);
        foreach (var directory in _state.Partitions.Directories)
        {
            directory.Dispose();
        }

        _state.Partitions.Dispose();
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
            new Checkpoints(_state.Partitions).WriteAll();
            foreach (var directory in clean)
            {
                directory.MarkCleanShutdown();
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
