using System.Text.Json.Nodes;
using ActorBroker.Client;

namespace ActorBroker.Clients.Tests;

/// <summary>
/// Unmodified Kafka clients against the real server process: kcat 1.7.1, kafka-python 2.0.2, confluent-kafka 1.7.0
/// (both
/// Debian 12, librdkafka 2.0.2), kafkajs 2.2.4 and @platformatic/kafka 2.12.1.
/// </summary>
public sealed class RealClientTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly SampleRecords _samples = new();

    public static TheoryData<string> Clients => [.. RealClient.All.Select(client => client.Name)];

    public static TheoryData<string> ConfiguringClients =>
        [.. RealClient.All.Where(client => client.CanConfigure).Select(client => client.Name)];

    /// <summary>Each codec has a partition of its own, so that a reader without it can leave it out.</summary>
    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_a_client_writes_in_every_compression_every_client_reads_back_the_same(string name)
    {
        var client = RealClient.Named(name);
        var compressions = await ClientScript.RequireAsync(client);
        var topic = NewTopicName("round-trip");
        await CreateAsync(client, topic, Codecs.All.Count);
        await ClientScript.RunAsync(client, server.Bootstrap, WriteAll(topic, compressions));

        var readers = 0;
        foreach (var reader in RealClient.All)
        {
            if (await ClientScript.TryFindAsync(reader) is { } readable)
            {
                await ReadAndCompareAsync(client, reader, topic, [.. compressions.Intersect(readable)]);
                readers++;
            }
        }

        Assert.True(readers > 0);
    }

    [Theory]
    [MemberData(nameof(ConfiguringClients))]
    public async Task A_client_creates_a_topic_with_settings_and_reads_them(string name)
    {
        var client = RealClient.Named(name);
        await ClientScript.RequireAsync(client);
        var topic = NewTopicName("settings");
        var create = Create(topic, 2);
        create["configs"] = new JsonObject { ["retention.ms"] = "123456789", ["cleanup.policy"] = "compact" };
        var answers = await ClientScript.RunAsync(
            client, server.Bootstrap, [create, new JsonObject { ["action"] = "configs", ["topic"] = topic }]);

        var configs = answers[1]!["configs"]!;
        Assert.Equal("123456789", (string?)configs["retention.ms"]);
        Assert.Equal("compact", (string?)configs["cleanup.policy"]);
        Assert.Equal("1048588", (string?)configs["max.message.bytes"]);
    }

    [Fact]
    public async Task Kcat_creates_a_topic_by_asking_for_it()
    {
        var kcat = RealClient.Named(RealClient.Kcat);
        await ClientScript.RequireAsync(kcat);
        var topic = NewTopicName("auto");
        await ClientScript.RunAsync(kcat, server.Bootstrap, Create(topic, 1));
        await ClientScript.RunAsync(kcat, server.Bootstrap, Write(topic, 0, "none"));
        var answer = await ClientScript.RunAsync(kcat, server.Bootstrap, Read(topic, 0));

        _samples.AssertSame(answer["records"]!.AsArray(), sameTimes: false, "kcat");
    }

    private static string NewTopicName(string what) => $"{what}-{Guid.NewGuid():N}";

    private static JsonObject Create(string topic, int partitions) => new()
    {
        ["action"] = "create",
        ["topic"] = topic,
        ["partitions"] = partitions,
        ["configs"] = new JsonObject(),
    };

    private static JsonObject Read(string topic, int partition) => new()
    {
        ["action"] = "read",
        ["topic"] = topic,
        ["partition"] = partition,
        ["offset"] = 0,
    };

    private static JsonObject Seek(string topic, int partition) => new()
    {
        ["action"] = "seek",
        ["topic"] = topic,
        ["partition"] = partition,
        ["timestamp"] = SampleRecords.Between.TimestampMs,
    };

    private static int PartitionOf(string compression) => Codecs.All.ToList().IndexOf(compression);

    /// <summary>kcat cannot say how many partitions a topic gets: ours creates it then.</summary>
    private async Task CreateAsync(RealClient client, string topic, int partitions)
    {
        if (client.CanConfigure)
        {
            await ClientScript.RunAsync(client, server.Bootstrap, Create(topic, partitions));
            return;
        }

        await using var ours = new KafkaClient(new ClientOptions { BootstrapServers = server.Bootstrap });
        var newTopic = new NewTopic { Name = topic, Partitions = partitions };
        await ours.Admin.CreateTopicAsync(newTopic, TestContext.Current.CancellationToken);
    }

    private JsonObject Write(string topic, int partition, string compression) => new()
    {
        ["action"] = "produce",
        ["topic"] = topic,
        ["partition"] = partition,
        ["compression"] = compression,
        ["records"] = _samples.ToRequest(),
    };

    private JsonArray WriteAll(string topic, IEnumerable<string> compressions) =>
        [.. compressions.Select(each => (JsonNode)Write(topic, PartitionOf(each), each))];

    private async Task ReadAndCompareAsync(
        RealClient writer, RealClient reader, string topic, IReadOnlyList<string> compressions)
    {
        var partitions = compressions.Select(PartitionOf).ToList();
        JsonArray steps =
        [
            .. partitions.Select(partition => (JsonNode)Read(topic, partition)),
            .. partitions.Select(partition => (JsonNode)Seek(topic, partition)),
        ];
        var answers = await ClientScript.RunAsync(reader, server.Bootstrap, steps);
        for (var i = 0; i < partitions.Count; i++)
        {
            var what = $"{compressions[i]} by {writer}, read by {reader}";
            _samples.AssertSame(answers[i]!["records"]!.AsArray(), writer.CanStamp, what);
            var expected = writer.CanStamp ? SampleRecords.Between.Offset : 0;
            Assert.True((long)answers[partitions.Count + i]!["offset"]! == expected, $"{what}: by time");
        }
    }
}
