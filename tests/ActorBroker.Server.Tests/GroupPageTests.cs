using System.Net;
using System.Text.Json;
using ActorBroker.Client;
using ActorBroker.Records;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>/api/groups of the real server: what the console reads.</summary>
public sealed class GroupPageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_that_works_is_listed_and_described_with_its_lag()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = server.BootstrapServers });
        await client.Admin.CreateTopicAsync(new NewTopic { Name = "orders", Partitions = 1 }, false, Cancel);
        await ProduceAsync(client, "orders", 10);
        await using (var consumer = client.CreateConsumer(
            new ConsumerOptions { GroupId = "billing", AutoOffsetReset = AutoOffsetReset.Earliest }))
        {
            consumer.Subscribe(["orders"]);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            patience.CancelAfter(TimeSpan.FromMinutes(2));
            for (var read = 0; read < 10;)
            {
                read += (await consumer.PollAsync(TimeSpan.FromSeconds(1), patience.Token)).Count;
                patience.Token.ThrowIfCancellationRequested();
            }

            await consumer.CommitAsync(Cancel);
            var described = await GetAsync(http, "/api/groups/billing");
            Assert.Equal(("classic", "Stable", "consumer"), (
                described.GetProperty("type").GetString(), described.GetProperty("state").GetString(),
                described.GetProperty("protocolType").GetString()));
            var member = Assert.Single(described.GetProperty("members").EnumerateArray());
            Assert.Equal(1, member.GetProperty("assignedPartitions").GetInt32());
            Assert.All(described.GetProperty("partitions").EnumerateArray(), row => Assert.Equal(
                member.GetProperty("memberId").GetString(), row.GetProperty("memberId").GetString()));
            Assert.True(described.GetProperty("lagRecords").GetInt64() == 0, described.GetRawText());
        }

        await ProduceAsync(client, "orders", 3);
        var listed = await GetAsync(http, "/api/groups");
        var group = Assert.Single(listed.GetProperty("groups").EnumerateArray());
        Assert.Equal(("billing", "Empty", 0, 3), (
            group.GetProperty("groupId").GetString(), group.GetProperty("state").GetString(),
            group.GetProperty("members").GetInt32(), group.GetProperty("lagRecords").GetInt64()));
        Assert.InRange(group.GetProperty("lagSeconds").GetDouble(), 0, 600);
        Assert.False(listed.GetProperty("loading").GetBoolean());

        var metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        Assert.Contains(
            "actorbroker_broker_group_lag{group=\"billing\",topic=\"orders\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "actorbroker_broker_group_lag_time_seconds{group=\"billing\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_ids_of_any_characters_are_found_and_lists_are_read_page_by_page()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = server.BootstrapServers });
        await client.Admin.CreateTopicAsync(new NewTopic { Name = "orders", Partitions = 1 }, false, Cancel);
        string[] ids = ["a/b", "a?b=c&d", "<b>\"x\"</b>", "grüße ☂"];
        foreach (var id in ids)
        {
            await client.Admin.AlterGroupOffsetsAsync(
                id, new Dictionary<TopicPartition, OffsetAndMetadata>
                {
                    [new TopicPartition("orders", 0)] = new(0, Metadata: "\"<note>\""),
                },
                Cancel);
        }

        foreach (var id in ids)
        {
            var described = await GetAsync(http, "/api/groups/" + Uri.EscapeDataString(id));
            Assert.Equal(id, described.GetProperty("groupId").GetString());
            var row = Assert.Single(described.GetProperty("partitions").EnumerateArray());
            Assert.Equal("\"<note>\"", row.GetProperty("metadata").GetString());
            Assert.Equal(
                (0, 0.0), (row.GetProperty("lagRecords").GetInt64(), row.GetProperty("lagSeconds").GetDouble()));
        }

        var paged = new List<string?>();
        for (string? after = ""; after is not null;)
        {
            var page = await GetAsync(http, $"/api/groups?limit=1&after={Uri.EscapeDataString(after)}");
            paged.Add(Assert.Single(page.GetProperty("groups").EnumerateArray()).GetProperty("groupId").GetString());
            after = page.GetProperty("next").GetString();
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), paged);
    }

    [Theory]
    [InlineData("/api/groups/nobody", HttpStatusCode.NotFound)]
    [InlineData("/api/groups/%2e%2e", HttpStatusCode.NotFound)]
    [InlineData("/api/groups?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/groups?limit=9999999999", HttpStatusCode.BadRequest)]
    [InlineData("/api/groups/x?limit=-1", HttpStatusCode.BadRequest)]
    [InlineData("/api/groupsx", HttpStatusCode.NotFound)]
    public async Task What_is_not_there_or_makes_no_sense_is_said(string path, HttpStatusCode expected)
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        using var http = new HttpClient { BaseAddress = await server.HttpAddressAsync(Cancel) };
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = server.BootstrapServers });

        // Before anybody asked for a coordinator there is none; a list of groups makes sure that there is.
        Assert.Equal("Dead", (await client.Admin.DescribeGroupAsync("nobody", Cancel)).State);
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.Equal(expected, answer.StatusCode);
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(body).RootElement;
    }

    private static async Task ProduceAsync(KafkaClient client, string topic, int records)
    {
        await using var producer = client.CreateProducer();
        for (var i = 0; i < records; i++)
        {
            await (await producer.SendAsync(topic, new ProducerRecord { Value = new byte[] { 1 } }, Cancel))
                .DeliveredAsync(Cancel);
        }
    }
}
