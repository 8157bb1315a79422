using System.Globalization;
using System.Net;
using ActorBroker.Client;
using ActorBroker.TestSupport;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// Three brokers as processes: servers over one cluster folder, with a proxy before each one's port for appends, or
/// silos over a database. One has a small disk and another a wall clock of its own, where the machine allows that.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>The brokers' ids.</summary>
    public static IReadOnlyList<int> Ids { get; } = [1, 2, 3];

    /// <summary>The broker whose disk can be full.</summary>
    public const int SmallDiskId = 3;

    /// <summary>The broker whose wall clock can jump.</summary>
    public const int ClockId = 2;

    private const int DiskMegabytes = 2048;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly List<LinkProxy> _proxies = [];
    private readonly List<int> _ended = [];
    private readonly ReservedPort[] _reserved =
        [.. Enumerable.Range(0, 3 * Ids.Count).Select(_ => ReservedPort.Take())];

    private readonly KafkaClient _client;

    private ChaosCluster(string folder, SiloHost? silos)
    {
        Folder = folder;
        Silos = silos;
        var (disk, reason) = TemporaryVolume.TryMount(DiskMegabytes);
        (SmallDisk, WithoutDisk) = (disk, disk is null ? reason : null);
        Clock = WallClock.TryCreate(Path.Combine(folder, "clock"));
        int[] ports = [.. _reserved.Select(each => each.Port)];
        foreach (var (i, id) in Ids.Index())
        {
            var (client, link, proxy) = (ports[3 * i], ports[(3 * i) + 1], ports[(3 * i) + 2]);
            Brokers.Add(id, NewBroker(id, client, link, proxy));
            if (silos is null)
            {
                _proxies.Add(new LinkProxy(id, proxy, link, Links, BrokerAt));
            }
        }

        Bootstrap = string.Join(',', Ids.Select((_, i) => $"127.0.0.1:{ports[3 * i]}"));
        _client = new KafkaClient(new ClientOptions
        {
            BootstrapServers = Bootstrap,
            ClientId = "chaos-view",
            ConnectTimeout = TimeSpan.FromSeconds(3),
            RequestTimeout = TimeSpan.FromSeconds(5),
            OperationTimeout = TimeSpan.FromSeconds(30),
        });
    }

    /// <summary>Where data and logs are.</summary>
    public string Folder { get; }

    /// <summary>For clients.</summary>
    public string Bootstrap { get; }

    public SortedDictionary<int, BrokerProcess> Brokers { get; } = [];

    /// <summary>What the brokers are silos of; null where they are servers.</summary>
    public SiloHost? Silos { get; }

    /// <summary>How often a silo was taken for dead, ended, and was started again.</summary>
    public int Evictions { get; private set; }

    /// <summary>The network between the brokers.</summary>
    public LinkFaults Links { get; } = new();

    /// <summary>The disk of <see cref="SmallDiskId"/>; null where nothing can be mounted here.</summary>
    public TemporaryVolume? SmallDisk { get; }

    /// <summary>Why there is no <see cref="SmallDisk"/>.</summary>
    public string? WithoutDisk { get; }

    /// <summary>The clock of <see cref="ClockId"/>; null where this machine has no libfaketime.</summary>
    public WallClock? Clock { get; }

    /// <summary>Asks the cluster about itself.</summary>
    public AdminClient Admin => _client.Admin;

    /// <summary>Starts all brokers; data and logs go into the folder.</summary>
    public static ChaosCluster Start(string folder, SiloHost? silos)
    {
        var cluster = new ChaosCluster(folder, silos);
        foreach (var broker in cluster.Brokers.Values)
        {
            broker.Start();
        }

        return cluster;
    }

    /// <summary>Gives the small disk room again.</summary>
    public void FreeDisk() => SmallDisk?.Free(DiskMegabytes);

    /// <summary>Ends all connections between brokers.</summary>
    public void ResetLinks() => _proxies.ForEach(proxy => proxy.Reset());

    /// <summary>
    /// Undoes every fault: the network, the disk and the clock are well, and each broker runs. Answers the brokers that
    /// had ended by themselves.
    /// </summary>
    public IReadOnlyList<int> Heal()
    {
        Links.Heal();
        FreeDisk();
        Clock?.Jump(TimeSpan.Zero);
        Silos?.Database.Resume();
        foreach (var broker in Brokers.Values)
        {
            broker.Resume();
            TakeEnd(broker);
            broker.Start();
        }

        var ended = _ended.ToArray();
        _ended.Clear();
        return ended;
    }

    /// <summary>Starts silos again that ended, as whoever supervises them does. Servers do not end.</summary>
    public void Supervise()
    {
        if (Silos is null)
        {
            return;
        }

        foreach (var broker in Brokers.Values)
        {
            if (TakeEnd(broker))
            {
                broker.Start();
            }
        }
    }

    private bool TakeEnd(BrokerProcess broker)
    {
        if (!broker.TakeEnd())
        {
            return false;
        }

        if (Silos is not null && SiloHost.WasEvicted(broker))
        {
            Evictions++;
        }
        else
        {
            _ended.Add(broker.Id);
        }

        return true;
    }

    /// <summary>
    /// Waits until every partition of these topics has a leader and all replicas in sync; answers what is missing where
    /// that does not come about.
    /// </summary>
    public async Task<string?> WaitUntilWholeAsync(
        IReadOnlyList<string> topics, TimeSpan patience, CancellationToken cancel)
    {
        var missing = "nobody answered";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        while (!limit.IsCancellationRequested)
        {
            Supervise();
            try
            {
                missing = null;
                foreach (var topic in topics)
                {
                    missing ??= Missing(await Admin.DescribeTopicAsync(topic, limit.Token));
                }

                if (missing is null)
                {
                    return null;
                }

                await Task.Delay(Look, limit.Token);
            }
            catch (KafkaException failure)
            {
                missing = failure.Message;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                break;
            }
        }

        cancel.ThrowIfCancellationRequested();
        return missing ?? "nobody answered in time";
    }

    /// <summary>The leaders of a topic's partitions; -1 where there is none.</summary>
    public async Task<IReadOnlyList<int>> LeadersAsync(string topic, CancellationToken cancel) =>
        [.. (await Admin.DescribeTopicAsync(topic, cancel)).Partitions.Select(partition => partition.LeaderId)];

    /// <summary>The broker that is the controller.</summary>
    public async Task<int> ControllerAsync(CancellationToken cancel) =>
        (await Admin.DescribeClusterAsync(cancel)).ControllerId;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        foreach (var broker in Brokers.Values)
        {
            broker.Dispose();
        }

        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        Array.ForEach(_reserved, static each => each.Dispose());
        SmallDisk?.Dispose();
    }

    private static string? Missing(TopicDescription topic)
    {
        var partial = topic.Partitions
            .Where(each => each.LeaderId < 0 || each.InSyncReplicas.Count < each.Replicas.Count)
            .Select(each => $"{topic.Name}-{each.Partition} has leader {each.LeaderId} and in sync " +
                $"{string.Join(',', each.InSyncReplicas)}")
            .ToList();
        return partial.Count == 0 ? null : $"{partial.Count} partitions are not whole: {partial[0]}";
    }

    private BrokerProcess NewBroker(int id, int clientPort, int linkPort, int proxyPort)
    {
        var data = id == SmallDiskId && SmallDisk is not null
            ? Path.Combine(SmallDisk.Path, "data")
            : Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"data-{id}"));
        var settings = new Dictionary<string, string>
        {
            ["listeners"] = string.Create(CultureInfo.InvariantCulture, $"PLAINTEXT://127.0.0.1:{clientPort}"),
            ["log.dirs"] = data,
            ["default.replication.factor"] = "3",
            ["offsets.topic.replication.factor"] = "3",
            ["offsets.topic.num.partitions"] = "3",
            ["min.insync.replicas"] = "2",
            ["auto.create.topics.enable"] = "false",

            // So that no fault needs to last for long until a follower counts as out of sync.
            ["replica.lag.time.max.ms"] = "3000",
            ["group.initial.rebalance.delay.ms"] = "500",
        };
        IReadOnlyList<string> command = Silos is { } silos
            ? [.. silos.Command, .. silos.Arguments(id, linkPort, proxyPort, settings)]
            :
            [
                .. RepositoryPaths.ServerCommand,
                $"--cluster.dir={Path.Combine(Folder, "cluster")}",
                $"--broker.id={id}",
                $"--cluster.link.port={linkPort}",
                $"--cluster.link.advertised=127.0.0.1:{proxyPort}",
                "--http.listener=http://127.0.0.1:0",
                .. settings.Select(static setting => $"--{setting.Key}={setting.Value}"),
            ];
        var variables = id == ClockId && Clock is not null ? Clock.Variables : new Dictionary<string, string>();
        return new BrokerProcess(id, data, Path.Combine(Folder, $"broker-{id}.log"), command, variables);
    }

    private int? BrokerAt(IPEndPoint address)
    {
        var running = Brokers.Values.Select(broker => (broker.ProcessId, broker.Id)).ToList();
        var owner = SocketOwner.Find(address, running.Select(each => each.ProcessId).OfType<int>());
        return owner is null ? null : running.First(each => each.ProcessId == owner).Id;
    }
}
