using System.Globalization;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests.Failover;

/// <summary>
/// kill -9 of the leader that a client writes to and reads from, and of its group's coordinator: the application sees
/// no error, and what was acknowledged is there, and is read.
/// </summary>
public sealed class RealClientFailoverTests(ProcessCluster cluster) : IClassFixture<ProcessCluster>
{
    private const int Partitions = 3;
    private const string OffsetsTopic = "__consumer_offsets";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RealClient.Confluent, "confluent_failover.py", true)]
    [InlineData(RealClient.KafkaPython, "kafka_python_failover.py", false)]
    [InlineData(RealClient.KafkaJs, "kafkajs_failover.js", false)]
    public async Task A_client_rides_through_the_death_of_its_leader_and_of_its_coordinator(
        string name, string script, bool isIdempotent)
    {
        await ClientScript.RequireAsync(RealClient.Named(name));
        var topic = $"ride-{Guid.NewGuid():N}";
        await using var client = cluster.NewClient();
        await client.Admin.CreateTopicAsync(
            new NewTopic { Name = topic, Partitions = Partitions, ReplicationFactor = 3 }, Cancel);
        await using var ride = RideProcess.Start(script, cluster.Bootstrap, topic);
        await ride.GoOnAsync(300);

        var killed = await cluster.KillLeaderAsync(client, topic, 0);
        await ride.GoOnAsync(500);
        await cluster.RestartAsync(client, killed);

        killed = await cluster.KillLeaderAsync(client, OffsetsTopic, 0);
        await ride.GoOnAsync(500);
        await cluster.RestartAsync(client, killed);
        await ride.GoOnAsync(300);
        await ride.StopAsync();

        var stored = await ReadNumbersAsync(client, topic);
        Assert.Empty(ride.Acknowledged.Keys.Except(stored.Keys));
        Assert.Empty(ride.Acknowledged.Keys.Except(ride.Processed.Keys));
        if (isIdempotent)
        {
            Assert.All(stored.Values, count => Assert.Equal(1, count));
        }
    }

    /// <summary>All numbers of the topic, and how often each is there.</summary>
    private static async Task<Dictionary<int, int>> ReadNumbersAsync(KafkaClient client, string topic)
    {
        var numbers = new List<int>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var end = await client.Admin.FindOffsetAsync(topic, partition, StartPosition.Latest, Cancel);
            await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8);
            consumer.Assign(new TopicPartition(topic, partition), StartPosition.Earliest);
            await foreach (var record in consumer.ReadAllAsync(Cancel).Take((int)end))
            {
                numbers.Add(int.Parse(record.Value!, CultureInfo.InvariantCulture));
            }
        }

        return numbers.CountBy(number => number).ToDictionary();
    }
}
