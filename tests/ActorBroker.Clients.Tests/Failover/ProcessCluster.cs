using System.Globalization;
using ActorBroker.Client;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests.Failover;

/// <summary>Three brokers in processes of their own, which keep all that is written three times.</summary>
public sealed class ProcessCluster : IAsyncLifetime
{
    private const int Brokers = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<int, ServerProcess> _brokers = [];

    /// <summary>All of them.</summary>
    public string Bootstrap => string.Join(',', _brokers.Values.Select(broker => broker.BootstrapServers));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(Enumerable.Range(1, Brokers).Select(StartAsync));
        await using var client = NewClient();
        await UntilAsync(
            "all brokers are there",
            async () => (await client.Admin.DescribeClusterAsync(Cancel))
                .Brokers.Count(each => !each.IsFenced) == Brokers);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers.Values)
        {
            await broker.DisposeAsync();
        }

        _folder.Dispose();
    }

    public KafkaClient NewClient() => new(new ClientOptions { BootstrapServers = Bootstrap });

    /// <summary>kill -9 of the broker that leads a partition, which another one then has to lead.</summary>
    public async Task<int> KillLeaderAsync(KafkaClient client, string topic, int partition)
    {
        var leader = await LeaderAsync(client, topic, partition);
        await _brokers[leader].KillAsync();
        await UntilAsync(
            $"{topic}-{partition} has another leader than {leader}",
            async () => await LeaderAsync(client, topic, partition) is >= 0 and var next && next != leader);
        return leader;
    }

    /// <summary>Starts a broker that was killed, and waits until it has all that the others have.</summary>
    public async Task RestartAsync(KafkaClient client, int broker)
    {
        await _brokers[broker].RestartAsync(Cancel);
        await UntilAsync(
            "everything is in sync",
            async () => (await client.Admin.ListTopicsAsync(Cancel)).SelectMany(topic => topic.Partitions)
                .All(partition => partition.InSyncReplicas.Count == partition.Replicas.Count));
    }

    /// <summary>Waits for what must come; a broker that ended by itself is told with what it said.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, $"not in {Patience}: {what}");
            await Task.Delay(20, Cancel);
        }
    }

    private static async Task<int> LeaderAsync(KafkaClient client, string topic, int partition) =>
        (await client.Admin.DescribeTopicAsync(topic, Cancel)).Partitions[partition].LeaderId;

    private async Task StartAsync(int id)
    {
        var broker = await ServerProcess.StartAsync(
            new ServerOptions
            {
                Settings =
                [
                    string.Create(CultureInfo.InvariantCulture, $"broker.id={id}"),
                    $"cluster.dir={_folder["cluster"]}",
                    "default.replication.factor=3",
                    "min.insync.replicas=2",
                    "offsets.topic.num.partitions=1",
                    "group.initial.rebalance.delay.ms=500",
                ],
            },
            Cancel);
        lock (_brokers)
        {
            _brokers[id] = broker;
        }
    }
}
