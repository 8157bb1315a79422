using System.Text.Json.Nodes;
using ActorBroker.Client;
using ActorBroker.Server;

namespace ActorBroker.Clients.Tests.Failover;

/// <summary>A consumer that names its rack reads from the replica there (KIP-392).</summary>
public sealed class NearReplicaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Confluent_reads_from_the_follower_in_its_rack()
    {
        var confluent = RealClient.Named(RealClient.Confluent);
        await ClientScript.RequireAsync(confluent);
        var options = new EmbeddedClusterOptions
        {
            BrokerSettings = Enumerable.Range(1, 3).ToDictionary(
                id => id,
                IReadOnlyDictionary<string, string> (id) => new Dictionary<string, string>
                {
                    ["broker.rack"] = $"rack-{id}",
                }),
        };
        await using var cluster = await EmbeddedCluster.StartAsync(3, options, Cancel);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = cluster.BootstrapServers });
        await client.Admin.CreateTopicAsync(new NewTopic { Name = "near", Assignments = [[1, 2, 3]] }, Cancel);
        await GroupRun.ProduceAsync(client, "near", 0, 500, Cancel);

        var answer = await ClientScript.RunAsync(confluent, cluster.BootstrapServers, new JsonObject
        {
            ["action"] = "read-near",
            ["topic"] = "near",
            ["partition"] = 0,
            ["rack"] = "rack-3",
            ["count"] = 500,
            ["expected"] = 3,
        });

        Assert.Equal(500, (int)answer["count"]!);
        Assert.Contains(3, answer["brokers"]!.AsArray().Select(broker => (int)broker!));
    }
}
