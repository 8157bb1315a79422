using System.Text.Json;
using ActorBroker.Cli.Commands;
using ActorBroker.Client;

namespace ActorBroker.Cli.Tests;

/// <summary><c>topics</c>, <c>configs</c>, <c>offsets</c>, <c>cluster</c>: what they do and print.</summary>
public sealed class TopicTests(Tool tool)
{
    [Fact]
    public async Task Topics_are_listed_described_and_deleted()
    {
        var topic = await tool.CreateAsync(2);
        Assert.Contains(topic, (await tool.RunAsync(0, "topics", "list")).Lines);
        var described = (await tool.RunAsync(0, "topics", "describe", topic)).Output;
        Assert.Contains("partitions 2", described, StringComparison.Ordinal);
        var deleted = await tool.RunAsync(0, "topics", "delete", topic);
        Assert.Equal($"deleted {topic}\n", deleted.Output);
        var gone = await tool.RunAsync(1, "topics", "describe", topic);
        Assert.Contains("UNKNOWN_TOPIC_OR_PARTITION", gone.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_in_json_has_partitions_and_settings()
    {
        var topic = await tool.CreateAsync(2, "--set", "retention.ms=1000000", "--set", "cleanup.policy=compact");
        var described = Assert.Single((await tool.RunAsync(0, "topics", "describe", topic, "--json")).Json);
        Assert.Equal(topic, described.GetProperty("topic").GetString());
        Assert.NotEqual(Guid.Empty, described.GetProperty("id").GetGuid());
        Assert.Equal([0, 1], described.GetProperty("partitions").EnumerateArray()
            .Select(each => each.GetProperty("partition").GetInt32()));
        Assert.Equal("1000000", described.GetProperty("configs").GetProperty("retention.ms").GetString());
        Assert.Equal("compact", described.GetProperty("configs").GetProperty("cleanup.policy").GetString());
    }

    [Fact]
    public async Task A_long_list_counts_partitions_and_records()
    {
        var topic = await tool.CreateAsync(3);
        await tool.RunAsync(0, "a\nb\n", ["produce", "--topic", topic]);
        var row = (await tool.RunAsync(0, "topics", "list", "--long")).Lines.Single(
            line => line.StartsWith(topic, StringComparison.Ordinal));
        Assert.Equal([topic, "3", "1", "2"], row.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_topic_that_is_deleted_while_records_are_counted_is_left_out_of_the_list()
    {
        string[] names = [await tool.CreateAsync(2), await tool.CreateAsync(1)];
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = tool.Bootstrap });
        var cancel = TestContext.Current.CancellationToken;
        var listed = (await client.Admin.ListTopicsAsync(cancel)).Where(topic => names.Contains(topic.Name)).ToList();
        Assert.Equal(2, listed.Count);
        await tool.RunAsync(0, "topics", "delete", names[1]);

        var counted = await TopicViews.CountAsync(client, listed, cancel);

        Assert.Equal([(names[0], 0L)], counted.Select(each => (each.Topic.Name, each.Records)));
    }

    [Fact]
    public async Task A_topic_that_exists_is_no_failure_where_that_was_said()
    {
        var topic = await tool.CreateAsync(1);
        var refused = await tool.RunAsync(1, "topics", "create", topic);
        Assert.Contains("TOPIC_ALREADY_EXISTS", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("--if-not-exists", refused.Errors, StringComparison.Ordinal);
        var tolerated = await tool.RunAsync(0, "topics", "create", topic, "--if-not-exists");
        Assert.Equal($"{topic} exists\n", tolerated.Output);
        Assert.Contains(
            "does not exist",
            (await tool.RunAsync(0, "topics", "delete", topic + "x", "--if-exists")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validating_creates_nothing()
    {
        var topic = $"never-{Guid.NewGuid():N}";
        var validated = await tool.RunAsync(0, "topics", "create", topic, "--validate-only");
        Assert.Equal($"could create {topic}\n", validated.Output);
        Assert.DoesNotContain(topic, (await tool.RunAsync(0, "topics", "list")).Lines);
    }

    [Fact]
    public async Task Brokers_are_assigned_by_hand_where_they_exist()
    {
        var topic = $"assigned-{Guid.NewGuid():N}";
        await tool.RunAsync(0, "topics", "create", topic, "--replica-assignment", "1,1,1");
        var described = (await tool.RunAsync(0, "topics", "describe", topic, "--json")).Json.Single();
        Assert.Equal(3, described.GetProperty("partitions").GetArrayLength());
        var replicas = described.GetProperty("partitions")[2].GetProperty("replicas").EnumerateArray();
        Assert.Equal([1], replicas.Select(each => each.GetInt32()));
        var refused = await tool.RunAsync(2, "topics", "create", topic, "--replica-assignment", "1,x");
        Assert.Contains("'x'", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_gets_more_partitions_and_other_settings()
    {
        var topic = await tool.CreateAsync(1, "--set", "retention.ms=1000000");
        var altered = await tool.RunAsync(
            0, "topics", "alter", topic, "--partitions", "4", "--set", "max.message.bytes=2000000", "--delete",
            "retention.ms");
        Assert.Equal($"altered {topic}\n", altered.Output);
        var described = (await tool.RunAsync(0, "topics", "describe", topic, "--json")).Json.Single();
        Assert.Equal(4, described.GetProperty("partitions").GetArrayLength());
        var set = described.GetProperty("configs").EnumerateObject().Select(each => each.Name);
        Assert.Equal(["max.message.bytes"], set);
        await tool.RunAsync(1, "topics", "alter", topic, "--partitions", "2");
    }

    [Fact]
    public async Task Trimming_moves_the_start_of_partitions()
    {
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "a\nb\nc\n", ["produce", "--topic", topic]);
        await tool.RunAsync(0, "topics", "trim", topic, "--before", "2");
        var left = await tool.RunAsync(0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end");
        Assert.Equal("c\n", left.Output);
        await tool.RunAsync(0, "topics", "trim", topic, "--all", "--partition", "0");
        left = await tool.RunAsync(0, "consume", "--topic", topic, "--from-beginning", "--exit-at-end");
        Assert.Empty(left.Output);
        var refused = await tool.RunAsync(1, "topics", "trim", topic, "--before", "100");
        Assert.Contains("OFFSET_OUT_OF_RANGE", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_producers_of_a_topic_are_shown()
    {
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "a\nb\nc\n", ["produce", "--topic", topic]);
        var producer = Assert.Single((await tool.RunAsync(0, "topics", "producers", topic, "--json")).Json);
        Assert.Equal(2, producer.GetProperty("last_sequence").GetInt32());
        Assert.Equal(JsonValueKind.String, producer.GetProperty("last_written").ValueKind);
    }

    [Fact]
    public async Task Settings_are_changed_shown_and_taken_away()
    {
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(
            0, "configs", "alter", "--topic", topic, "-s", "retention.ms=1000", "--append", "cleanup.policy=compact");
        var set = (await tool.RunAsync(0, "configs", "describe", "--topic", topic)).Lines;
        Assert.Equal(3, set.Length);
        Assert.Contains(set, line => line.StartsWith("cleanup.policy", StringComparison.Ordinal)
            && line.Contains("delete,compact", StringComparison.Ordinal));
        await tool.RunAsync(
            0, "configs", "alter", "--topic", topic, "--delete", "retention.ms", "--subtract", "cleanup.policy=delete");
        var one = (await tool.RunAsync(0, "configs", "describe", "--topic", topic, "--json")).Json.Single();
        Assert.Equal(("cleanup.policy", "compact", "Topic"), (
            one.GetProperty("name").GetString(),
            one.GetProperty("value").GetString(),
            one.GetProperty("source").GetString()));
    }

    [Fact]
    public async Task Every_setting_is_shown_with_its_documentation()
    {
        var topic = await tool.CreateAsync(1);
        var all = (await tool.RunAsync(0, "configs", "describe", "--topic", topic, "--all", "--docs", "--json")).Json;
        Assert.True(all.Count > 10, $"{all.Count} settings");
        Assert.All(all, each => Assert.NotEmpty(each.GetProperty("documentation").GetString()!));
        var named = await tool.RunAsync(0, "configs", "describe", "--topic", topic, "--name", "retention.ms", "--json");
        Assert.Equal("retention.ms", named.Json.Single().GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_broker_and_all_brokers_have_settings_of_their_own()
    {
        var set = (await tool.RunAsync(0, "configs", "describe", "--broker", "1", "--json")).Json;
        Assert.Contains(set, each => each.GetProperty("name").GetString() == "log.dirs"
            && each.GetProperty("source").GetString() == "StaticBroker" && each.GetProperty("read_only").GetBoolean());
        await tool.RunAsync(0, "configs", "alter", "--all-brokers", "--set", "message.max.bytes=1048588");
        var all = (await tool.RunAsync(0, "configs", "describe", "--all-brokers", "--json")).Json.Single();
        Assert.Equal("1048588", all.GetProperty("value").GetString());
        await tool.RunAsync(0, "configs", "alter", "--all-brokers", "--delete", "message.max.bytes");
        var unknown = await tool.RunAsync(1, "configs", "describe", "--broker", "77");
        Assert.Contains("no broker 77", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_not_allowed_is_refused_with_the_brokers_reason()
    {
        var topic = await tool.CreateAsync(1);
        var refused = await tool.RunAsync(1, "configs", "alter", "--topic", topic, "--set", "retention.ms=soon");
        Assert.Contains("INVALID_CONFIG", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("retention.ms", refused.Errors, StringComparison.Ordinal);
        await tool.RunAsync(
            1, "configs", "alter", "--topic", topic, "--set", "retention.ms=soon", "--validate-only");
    }

    [Fact]
    public async Task Offsets_are_shown_by_partition_and_by_time()
    {
        var topic = await tool.CreateAsync(2);
        const string Records = """
            {"key":"a","value":"old","timestamp":1700000000000}
            {"key":"a","value":"new","timestamp":1800000000000}
            """;
        await tool.RunAsync(0, Records, ["produce", "--topic", topic, "--json", "--partition", "1"]);
        var rows = (await tool.RunAsync(0, "offsets", topic, "--at", "@1750000000000", "--json")).Json;
        Assert.Equal(2, rows.Count);
        Assert.Equal(JsonValueKind.Null, rows[0].GetProperty("at").ValueKind);
        Assert.Equal((0, 2, 2, 1, 1), (
            rows[1].GetProperty("earliest").GetInt32(),
            rows[1].GetProperty("latest").GetInt32(),
            rows[1].GetProperty("records").GetInt32(),
            rows[1].GetProperty("newest").GetInt32(),
            rows[1].GetProperty("at").GetInt32()));
        Assert.Equal("2027-01-15T08:00:00.000Z", rows[1].GetProperty("at_time").GetString());
    }
}
