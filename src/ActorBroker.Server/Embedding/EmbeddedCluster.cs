using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Cluster.InProcess;
using ActorBroker.Storage;

namespace ActorBroker.Server;

/// <summary>
/// A cluster of brokers inside this process, for tests of what an application does when brokers fail: real sockets,
/// real files, replication and elections as in production, any Kafka client. Each broker can be stopped, crashed,
/// paused and started again.
/// </summary>
/// <remarks>
/// Brokers are numbered from 1. They listen on 127.0.0.1, log nothing and have no HTTP port unless told to.
/// Thread-safe;
/// what is done to one broker waits for what is being done to it. Each such task ends when those that run know of it.
/// </remarks>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private readonly DataFolder _folder;
    private readonly SortedDictionary<int, ClusterMember> _members = [];

    private EmbeddedCluster(DataFolder folder, int brokers, EmbeddedClusterOptions options)
    {
        _folder = folder;
        var cluster = InProcessCluster.Open(new PhysicalFileSystem(), Path.Combine(folder.Path, "cluster"));
        for (var id = 1; id <= brokers; id++)
        {
            var (brokerId, data) = (id, FolderOf(id));
            _members[id] = new ClusterMember(
                cluster,
                port => EmbeddedSettings.Read(options, brokerId, brokers, data, port),
                options.Port == 0 ? 0 : options.Port + id - 1,
                options.LoggerFactory);
        }
    }

    /// <summary>What a Kafka client's <c>bootstrap.servers</c> wants: every broker, whether it runs or not.</summary>
    public string BootstrapServers =>
        string.Join(',', _members.Values.Select(static member => member.BootstrapServers));

    /// <summary>The cluster's id.</summary>
    public string ClusterId => AnyRunning().ClusterId;

    /// <summary>Where all data lies, as a full path.</summary>
    public string DataFolder => _folder.Path;

    /// <summary>Every broker as it is now, by number.</summary>
    public IReadOnlyList<EmbeddedClusterBroker> Brokers =>
    [
        .. _members.Select(member => new EmbeddedClusterBroker(
            member.Key, member.Value.BootstrapServers, FolderOf(member.Key), member.Value.Status)),
    ];

    /// <summary>Starts a cluster; when the task ends, clients can connect and every broker knows every other.</summary>
    /// <param name="brokers">How many brokers, from 1.</param>
    /// <param name="options">What differs from the defaults; null: nothing.</param>
    /// <param name="cancel">Gives the start up; nothing stays behind.</param>
    /// <exception cref="BrokerStartException">It could not start; the message says why.</exception>
    public static async Task<EmbeddedCluster> StartAsync(
        int brokers = 3, EmbeddedClusterOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        options ??= new EmbeddedClusterOptions();
        var folder = Server.DataFolder.Open(options.DataFolder);
        EmbeddedCluster? cluster = null;
        try
        {
            cluster = new EmbeddedCluster(folder, brokers, options);
            await Task.WhenAll(cluster._members.Values.Select(member => member.StartAsync(cancel)))
                .ConfigureAwait(false);
            await cluster.WaitForAllAsync(
                image => image.Brokers.Values.Count(static broker => !broker.Endpoints.IsEmpty) == brokers, cancel)
                .ConfigureAwait(false);
            return cluster;
        }
        catch (Exception fault)
        {
            if (cluster is not null)
            {
                await cluster.DisposeAsync().ConfigureAwait(false);
            }

            folder.Dispose();
            if (fault is Broker.Catalogue.CatalogueException)
            {
                throw new BrokerStartException(fault.Message, fault);
            }

            throw;
        }
    }

    /// <summary>Creates a topic; when the task ends, every broker that runs knows it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="partitions">How many partitions it has; null: <c>num.partitions</c>.</param>
    /// <param name="replicationFactor">Replicas of each; null: as many as there are brokers, three at most.</param>
    /// <param name="configs">Topic settings by Kafka's names, as <c>min.insync.replicas</c>; null: none.</param>
    /// <param name="cancel">Gives up waiting; the topic may still come to be.</param>
    /// <exception cref="TopicCreationException">The cluster refuses; the message says why.</exception>
    /// <exception cref="InvalidOperationException">No broker runs.</exception>
    public async Task CreateTopicAsync(
        string name, int? partitions = null, int? replicationFactor = null,
        IReadOnlyDictionary<string, string>? configs = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        await AnyRunning().CreateTopicAsync(name, partitions, configs, cancel, replicationFactor).ConfigureAwait(false);
        await WaitForAllAsync(image => image.TopicsByName.ContainsKey(name), cancel).ConfigureAwait(false);
    }

    /// <summary>The broker that leads a partition; waits while none that lives does.</summary>
    /// <exception cref="InvalidOperationException">No broker runs.</exception>
    public async Task<int> LeaderOfAsync(string topic, int partition, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var leader = -1;
        await AnyRunning().WaitForAsync(
            image =>
            {
                leader = image.TopicsByName.TryGetValue(topic, out var found) && partition < found.Partitions.Length
                    ? found.Partitions[partition].Leader
                    : -1;
                return image.Brokers.ContainsKey(leader);
            },
            cancel).ConfigureAwait(false);
        return leader;
    }

    /// <summary>
    /// Stops a broker in order: its leaderships move to others, its logs are closed. Without effect when it does not
    /// run.
    /// </summary>
    public async Task StopAsync(int brokerId, CancellationToken cancel = default)
    {
        await MemberOf(brokerId).StopAsync(cancel).ConfigureAwait(false);
        await WaitForAllAsync(image => !image.Brokers.ContainsKey(brokerId), cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Kills a broker, as <c>kill -9</c> does a process: its connections break, its memory is gone, and what it had
    /// written is on the disk as it was. The others know at once. Without effect when it does not run.
    /// </summary>
    public async Task CrashAsync(int brokerId, CancellationToken cancel = default)
    {
        await MemberOf(brokerId).CrashAsync(cancel).ConfigureAwait(false);
        await WaitForAllAsync(image => !image.Brokers.ContainsKey(brokerId), cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a broker stand still, as <c>kill -STOP</c> does a process: its connections stay open, but it answers
    /// nobody. The others take it for dead at once. Without effect unless it runs.
    /// </summary>
    public async Task PauseAsync(int brokerId, CancellationToken cancel = default)
    {
        await MemberOf(brokerId).PauseAsync(cancel).ConfigureAwait(false);
        await WaitForAllAsync(image => !image.Brokers.ContainsKey(brokerId), cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Lets a paused broker go on, in the belief that nothing has happened. Without effect unless it is paused.
    /// </summary>
    public async Task ResumeAsync(int brokerId, CancellationToken cancel = default)
    {
        await MemberOf(brokerId).ResumeAsync(cancel).ConfigureAwait(false);
        await WaitForAllAsync(image => image.Brokers.ContainsKey(brokerId), cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts a broker again on the same data and the same port, stopping it in order first if it runs.
    /// </summary>
    /// <exception cref="BrokerStartException">It could not start again; it stays stopped.</exception>
    public async Task RestartAsync(int brokerId, CancellationToken cancel = default)
    {
        await MemberOf(brokerId).RestartAsync(cancel).ConfigureAwait(false);
        await WaitForAllAsync(image => image.Brokers.ContainsKey(brokerId), cancel).ConfigureAwait(false);
    }

    /// <summary>Stops every broker in order, and removes a temporary data folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_members.Values.Select(static member => member.StopAsync(CancellationToken.None)))
            .ConfigureAwait(false);
        foreach (var member in _members.Values)
        {
            member.Dispose();
        }

        _members.Clear();
        _folder.Dispose();
    }

    private string FolderOf(int brokerId) => Path.Combine(_folder.Path, $"broker-{brokerId}");

    private ClusterMember MemberOf(int brokerId) => _members.TryGetValue(brokerId, out var member)
        ? member
        : throw new ArgumentOutOfRangeException(nameof(brokerId), brokerId, "There is no such broker.");

    private RunningBroker AnyRunning() =>
        _members.Values.Select(static member => member.Running).FirstOrDefault(static broker => broker is not null)
        ?? throw new InvalidOperationException("No broker of the cluster runs.");

    private Task WaitForAllAsync(Func<ClusterImage, bool> condition, CancellationToken cancel) => Task.WhenAll(
        _members.Values.Select(static member => member.Running).OfType<RunningBroker>()
            .Select(broker => broker.WaitForAsync(condition, cancel)));
}
