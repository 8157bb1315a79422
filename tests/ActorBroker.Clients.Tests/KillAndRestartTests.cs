using System.Text;
using System.Text.Json.Nodes;
using ActorBroker.Client;
using ActorBroker.Records;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>
/// kill -9 in the middle of an idempotent produce with acks=all, then a start on the same data: every acknowledged
/// record
/// is there once, in order.
/// </summary>
public sealed class KillAndRestartTests
{
    private const int Kills = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Confluent_loses_and_doubles_nothing_through_kills()
    {
        const int count = 20_000;
        var confluent = RealClient.Named(RealClient.Confluent);
        await ClientScript.RequireAsync(confluent);
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var progress = new SemaphoreSlim(0);
        var step = new JsonObject
        {
            ["action"] = "produce-through-restarts",
            ["topic"] = "survivors",
            ["count"] = count,
            ["announce"] = 1000,
        };
        await CreateAsync(server, "survivors");
        var producing = ClientScript.RunAsync(
            confluent, server.BootstrapServers, [step], line => Announce(line, progress));
        var killing = KillRepeatedlyAsync(server, progress);
        await Task.WhenAny(killing, producing);
        await killing;
        var answer = (await producing)[0]!;

        Assert.Equal(0, (int)answer["left"]!);
        Assert.Equal(Enumerable.Range(0, count), answer["acknowledged"]!.AsArray().Select(number => (int)number!));
        Assert.Equal(Enumerable.Range(0, count), await ReadNumbersAsync(server, "survivors"));
    }

    [Fact]
    public async Task Our_own_producer_loses_and_doubles_nothing_through_kills()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await CreateAsync(server, "own");
        await using var client = NewClient(server);
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            Linger = TimeSpan.FromMilliseconds(1),
            BatchBytes = 2000,
        });
        using var progress = new SemaphoreSlim(0);
        var killing = KillRepeatedlyAsync(server, progress);
        var sent = new List<PendingRecord>();
        while (!killing.IsCompleted || sent.Count < 5000)
        {
            var value = Encoding.ASCII.GetBytes($"{sent.Count}");
            sent.Add(await producer.SendAsync("own", new ProducerRecord { Value = value }, Cancel));
            if (sent.Count % 200 == 0)
            {
                // Acknowledgements set the pace, so that every kill finds batches under way.
                await sent[^100].DeliveredAsync(Cancel);
                progress.Release();
            }
        }

        await killing;
        await producer.FlushAsync(Cancel);

        Assert.Equal(Enumerable.Range(0, sent.Count), await ReadNumbersAsync(server, "own"));
    }

    private static void Announce(string line, SemaphoreSlim progress)
    {
        if (line.StartsWith("acknowledged", StringComparison.Ordinal))
        {
            progress.Release();
        }
    }

    private static async Task KillRepeatedlyAsync(ServerProcess server, SemaphoreSlim progress)
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            // Something new was acknowledged since the last start, and more is under way.
            await progress.WaitAsync(Cancel);
            await server.KillAsync();
            await server.RestartAsync(Cancel);
        }
    }

    private static KafkaClient NewClient(ServerProcess server) =>
        new(new ClientOptions { BootstrapServers = server.BootstrapServers });

    private static async Task CreateAsync(ServerProcess server, string topic)
    {
        await using var client = NewClient(server);
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = 1 }, Cancel);
    }

    private static async Task<List<int>> ReadNumbersAsync(ServerProcess server, string topic)
    {
        await using var client = NewClient(server);
        var end = await client.Admin.FindOffsetAsync(topic, 0, StartPosition.Latest, Cancel);
        await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Utf8);
        consumer.Assign(new TopicPartition(topic, 0), StartPosition.Earliest);
        var numbers = consumer.ReadAllAsync(Cancel).Take((int)end)
            .Select(result => int.Parse(result.Value!, System.Globalization.CultureInfo.InvariantCulture));
        return await numbers.ToListAsync(Cancel);
    }
}
