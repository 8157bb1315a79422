using ActorBroker.Orleans.Tests.Support;

namespace ActorBroker.Orleans.Tests;

/// <summary>Silos that are brokers: Kafka clients find a cluster, and silos that go take nothing with them.</summary>
public sealed class SiloClusterTests
{
    [Fact]
    public async Task Three_silos_are_one_cluster_to_a_Kafka_client()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");

        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "a", "b");

        Assert.Equal(["a", "b"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
        Assert.Single(silos.Brokers.Select(static broker => broker.Node!.ClusterId).Distinct());
        Assert.Equal([1, 2, 3], silos.Node(1).Cluster.Brokers.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silo_that_goes_takes_no_acknowledged_record_with_it(bool isTold)
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        await silos.CreateTopicAsync("orders");
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "before");
        var leader = silos.LeaderOf("orders");

        await (isTold ? silos.StopAsync(leader) : silos.KillAsync(leader));
        await silos.AllKnowAsync(image => image.TopicsByName["orders"].Partitions[0].Leader is var now &&
            now >= 0 && now != leader && !image.Brokers.ContainsKey(leader));
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "after");

        Assert.Equal(["before", "after"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 2));
    }
}
