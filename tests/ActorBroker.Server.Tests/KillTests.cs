using ActorBroker.Client;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>kill -9 in the middle of a produce, again and again: what was acknowledged is there.</summary>
public sealed class KillTests
{
    private const string Topic = "numbers";
    private const int Partitions = 2;
    private const int Kills = 3;

    [Fact]
    public async Task An_idempotent_producer_finds_each_record_once_and_in_order()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await using var client = Client(server);
        var acknowledged = await ProduceThroughKillsAsync(server, client, Acks.All, idempotent: true);

        for (var partition = 0; partition < Partitions; partition++)
        {
            var stored = await NumberedRecords.ReadAllAsync(client, Topic, partition, Cancel);
            Assert.Equal(acknowledged[partition], stored);
        }
    }

    [Fact]
    public async Task With_acks_of_the_leader_alone_nothing_acknowledged_is_missing()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await using var client = Client(server);
        var acknowledged = await ProduceThroughKillsAsync(server, client, Acks.Leader, idempotent: false);

        for (var partition = 0; partition < Partitions; partition++)
        {
            var stored = (await NumberedRecords.ReadAllAsync(client, Topic, partition, Cancel)).ToHashSet();
            Assert.DoesNotContain(acknowledged[partition], number => !stored.Contains(number));
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static KafkaClient Client(ServerProcess server)
        => new(new ClientOptions { BootstrapServers = server.BootstrapServers });

    private static async Task<IReadOnlyList<IReadOnlyList<long>>> ProduceThroughKillsAsync(
        ServerProcess server, KafkaClient client, Acks acks, bool idempotent)
    {
        await client.Admin.CreateTopicAsync(new NewTopic { Name = Topic, Partitions = Partitions }, Cancel);
        var options = new ProducerOptions
        {
            Acks = acks,
            Idempotent = idempotent,
            BatchBytes = 4000,
            BufferBytes = 400_000,
            DeliveryTimeout = TimeSpan.FromMinutes(5),
        };
        await using var steady = new SteadyProducer(client.CreateProducer(options), Topic, Partitions);
        for (var kill = 0; kill < Kills; kill++)
        {
            await steady.AcknowledgeAsync(2000, Cancel);
            await server.KillAsync();
            await server.RestartAsync(Cancel);
        }

        await steady.AcknowledgeAsync(2000, Cancel);
        return await steady.FinishAsync(Cancel);
    }
}
