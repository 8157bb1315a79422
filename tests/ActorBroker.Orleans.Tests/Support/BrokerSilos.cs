using System.Globalization;
using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Cluster;
using ActorBroker.Orleans.Hosting;
using ActorBroker.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.TestingHost;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests.Support;

/// <summary>Silos in this process, each of them a broker, over one storage.</summary>
internal sealed class BrokerSilos : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly InProcessTestCluster _cluster;

    private BrokerSilos(
        short count, Action<IClientBuilder>? configureClient, (string Name, string Value)[] settings)
    {
        var builder = new InProcessTestClusterBuilder(count);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) =>
        {
            var id = BrokerIdOf(options.SiloName);
            silo.Services.PostConfigure<SiloOptions>(silo => silo.SiloName = $"broker-{id}");
            silo.Services.AddGrainStorage("ActorBroker", (_, _) => Storage);
            silo.AddActorBroker(broker =>
            {
                broker.Settings["listeners"] = "PLAINTEXT://127.0.0.1:0";
                broker.Settings["log.dirs"] = _folder[$"broker-{id}"];
                foreach (var (name, value) in settings)
                {
                    broker.Settings[name] = value;
                }
            });

            // A silo that is taken for dead ends its process, which is that of all tests: also on a starved machine
            // none may stand still for so long.
            silo.Configure<ClusterMembershipOptions>(static options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(5);
                options.NumMissedProbesLimit = 3;
            });
        });
        if (configureClient is not null)
        {
            builder.ConfigureClient(configureClient);
        }

        _cluster = builder.Build();
    }

    public SharedStorage Storage { get; } = new();

    public IClusterClient Client => _cluster.Client;

    /// <summary>Where Kafka clients find all of them.</summary>
    public string BootstrapServers =>
        string.Join(',', Brokers.SelectMany(static broker => broker.Endpoints).Select(at => $"{at.Host}:{at.Port}"));

    public IEnumerable<SiloBroker> Brokers => _cluster.Silos.Select(silo => BrokerOf(silo));

    /// <param name="count">How many.</param>
    /// <param name="settings">Kafka's settings of each of them.</param>
    public static Task<BrokerSilos> StartAsync(short count, params (string Name, string Value)[] settings) =>
        StartAsync(count, null, settings);

    /// <param name="count">How many.</param>
    /// <param name="configureClient">What the Orleans client has besides.</param>
    /// <param name="settings">Kafka's settings of each of them.</param>
    public static async Task<BrokerSilos> StartAsync(
        short count, Action<IClientBuilder>? configureClient, params (string Name, string Value)[] settings)
    {
        var silos = new BrokerSilos(count, configureClient, settings);
        try
        {
            await silos._cluster.DeployAsync();
            await silos.AllKnowAsync(image => image.Brokers.Count == count);
            return silos;
        }
        catch
        {
            await silos.DisposeAsync();
            throw;
        }
    }

    public async Task CreateTopicAsync(string name, int replicas = 3, int partitions = 1)
    {
        var topic = new NewTopic(
            name, partitions, replicas, null, new Dictionary<string, string?> { ["min.insync.replicas"] = "2" });
        var result = Assert.Single(await Brokers.First().Node!.Topics.CreateAsync([topic], false, Cancel));
        Assert.Equal((ErrorCode.None, null), (result.Error, result.Message));
        await AllKnowAsync(image => image.TopicsByName.ContainsKey(name));
    }

    /// <summary>Tries to make a topic; what became of it.</summary>
    public async Task<ErrorCode> TryCreateTopicAsync(string name) => Assert.Single(await Brokers.First().Node!.Topics
        .CreateAsync([new NewTopic(name, 1, 2, null, new Dictionary<string, string?>())], false, Cancel)).Error;

    /// <summary>Who leads its first partition.</summary>
    public int LeaderOf(string topic) => Brokers.First().Node!.Cluster.TopicsByName[topic].Partitions[0].Leader;

    public BrokerNode Node(int brokerId) => Brokers.Single(broker => broker.BrokerId == brokerId).Node!;

    /// <summary>Whose silo a grain is on.</summary>
    public async Task<int> BrokerWithAsync(IAddressable grain)
    {
        var at = await Client.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        return BrokerOf(_cluster.Silos.Single(silo => silo.SiloAddress.Equals(at))).BrokerId;
    }

    public Task AllKnowAsync(Func<ClusterImage, bool> condition) =>
        Task.WhenAll(Brokers.Select(broker => broker.Node!.WaitForAsync(condition, Cancel)));

    /// <summary>The silo stops as one does that is told to.</summary>
    public Task StopAsync(int brokerId) => _cluster.StopSiloAsync(SiloOf(brokerId));

    /// <summary>The silo ends without a word.</summary>
    public Task KillAsync(int brokerId) => _cluster.KillSiloAsync(SiloOf(brokerId));

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private InProcessSiloHandle SiloOf(int brokerId) =>
        _cluster.Silos.Single(silo => BrokerOf(silo).BrokerId == brokerId);

    private SiloBroker BrokerOf(InProcessSiloHandle silo) =>
        _cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<SiloBroker>();

    private static int BrokerIdOf(string testName) =>
        int.Parse(testName.AsSpan(testName.LastIndexOf('_') + 1), CultureInfo.InvariantCulture) + 1;
}
