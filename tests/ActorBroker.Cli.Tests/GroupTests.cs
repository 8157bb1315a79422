using System.Text.Json;
using ActorBroker.Cli.Commands;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Tests;

/// <summary><c>groups</c>: what they do and print, for groups without members and for groups that work.</summary>
public sealed class GroupTests(Tool tool)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_is_shown_and_only_carried_out_where_that_is_said()
    {
        var (topic, group) = await TopicOfTenAsync(2);
        string[] reset = ["groups", "reset-offsets", group, "--topic", topic, "--to-latest"];

        var plan = await tool.RunAsync(0, reset);
        Assert.Contains("--execute", plan.Errors, StringComparison.Ordinal);
        Assert.Contains($"no group '{group}'", plan.Errors, StringComparison.Ordinal);
        foreach (var mistyped in (string[][])
            [["reset-offsets", group, "--all-topics", "--to-latest"], ["delete-offsets", group, "--topic", topic]])
        {
            Assert.Contains($"no group '{group}'", (await tool.RunAsync(1, ["groups", .. mistyped])).Errors,
                StringComparison.Ordinal);
        }

        Assert.Contains("GROUP_ID_NOT_FOUND", (await tool.RunAsync(1, "groups", "describe", group)).Errors,
            StringComparison.Ordinal);

        var done = await tool.RunAsync(0, [.. reset, "--execute", "--json"]);
        Assert.Equal("", done.Errors);
        Assert.Equal([0, 1], done.Json.Select(row => row.GetProperty("partition").GetInt32()));
        Assert.All(done.Json, row => Assert.Equal(JsonValueKind.Null, row.GetProperty("committed").ValueKind));
        Assert.Equal(10, done.Json.Sum(row => row.GetProperty("new_offset").GetInt64()));

        var described = Assert.Single((await tool.RunAsync(0, "groups", "describe", group, "--json")).Json);
        Assert.Equal((group, "Empty", "classic"), (
            described.GetProperty("group").GetString(), described.GetProperty("state").GetString(),
            described.GetProperty("type").GetString()));
        Assert.All(described.GetProperty("offsets").EnumerateArray(), row => Assert.Equal((0, 0), (
            row.GetProperty("lag").GetInt64(), row.GetProperty("seconds").GetInt64())));
    }

    [Fact]
    public async Task Offsets_are_reset_in_every_way_within_what_there_is()
    {
        var (topic, group) = await TopicOfTenAsync(1);

        Assert.Equal(4, await ResetAsync(group, topic, "--to-offset", "4"));
        Assert.Equal(7, await ResetAsync(group, topic, "--shift-by", "3"));
        Assert.Equal(5, await ResetAsync(group, topic, "--shift-by", "-2"));
        Assert.Equal(0, await ResetAsync(group, topic, "--shift-by", "-100"));
        Assert.Equal(10, await ResetAsync(group, topic, "--to-offset", "1000"));
        Assert.Equal(0, await ResetAsync(group, topic, "--to-earliest"));
        Assert.Equal(10, await ResetAsync(group, topic, "--to-latest"));
        Assert.Equal(0, await ResetAsync(group, topic, "--to-datetime", "2020-01-01T00:00:00Z"));
        Assert.Equal(10, await ResetAsync(group, topic, "--to-datetime", "2999-01-01T00:00:00Z"));
        Assert.Equal(0, await ResetAsync(group, topic, "--by-duration", "PT1H"));
        Assert.Equal(0, await ResetAsync(group, topic, "--by-duration", "2h"));
        Assert.Equal(10, await ResetAsync(group, topic, "--by-duration", "0s"));
    }

    [Fact]
    public async Task Partitions_are_chosen_and_the_others_stay()
    {
        var (topic, group) = await TopicOfTenAsync(3);
        await tool.RunAsync(
            0, "groups", "reset-offsets", group, "--topic", $"{topic}:0,2", "--to-earliest", "--execute");
        Assert.Equal([0, 2], await CommittedAsync(group));

        await tool.RunAsync(0, "groups", "reset-offsets", group, "--all-topics", "--to-latest", "--execute");
        Assert.Equal([0, 2], await CommittedAsync(group));

        var missing = await tool.RunAsync(
            2, "groups", "reset-offsets", group, "--topic", $"{topic}:7", "--to-latest");
        Assert.Contains("no partition 7", missing.Errors, StringComparison.Ordinal);
        var uncounted = await tool.RunAsync(
            2, "groups", "reset-offsets", group, "--topic", topic, "--shift-by", "1");
        Assert.Contains($"{topic}-1", uncounted.Errors, StringComparison.Ordinal);

        var deleted = await tool.RunAsync(0, "groups", "delete-offsets", group, "--topic", $"{topic}:2");
        Assert.Equal($"deleted 1 offsets of {group}\n", deleted.Output);
        Assert.Equal([0], await CommittedAsync(group));
    }

    [Fact]
    public async Task Lag_is_told_in_records_and_in_seconds()
    {
        var topic = await tool.CreateAsync(1);
        var group = $"group-{Guid.NewGuid():N}";
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = tool.Bootstrap });
        var longAgo = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeMilliseconds();
        await using (var producer = client.CreateProducer())
        {
            for (var i = 0; i < 4; i++)
            {
                var record = new ProducerRecord { Value = new byte[] { 1 }, TimestampMs = longAgo };
                await (await producer.SendAsync(topic, record, Cancel)).DeliveredAsync(Cancel);
            }
        }

        Assert.Equal(1, await ResetAsync(group, topic, "--to-offset", "1"));

        var described = Assert.Single((await tool.RunAsync(0, "groups", "describe", group, "--json")).Json);

        var row = Assert.Single(described.GetProperty("offsets").EnumerateArray());
        Assert.Equal((1, 4, 3), (row.GetProperty("committed").GetInt64(), row.GetProperty("end").GetInt64(),
            row.GetProperty("lag").GetInt64()));
        Assert.InRange(row.GetProperty("seconds").GetInt64(), 600, 900);
        var plain = (await tool.RunAsync(0, "groups", "describe", group)).Lines;
        Assert.Equal($"{group}  type classic  state Empty  members 0", plain[0]);
        Assert.Equal(3, plain.Length);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic, "classic")]
    [InlineData(GroupProtocol.Consumer, "consumer")]
    public async Task A_group_at_work_shows_its_members_and_is_neither_reset_nor_deleted(
        GroupProtocol protocol, string type)
    {
        var (topic, group) = await TopicOfTenAsync(2);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = tool.Bootstrap });
        await using (var consumer = client.CreateConsumer(
            new ConsumerOptions
            {
                GroupId = group,
                GroupProtocol = protocol,
                AutoOffsetReset = AutoOffsetReset.Earliest,
            }))
        {
            consumer.Subscribe([topic]);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            patience.CancelAfter(TimeSpan.FromMinutes(2));
            while ((await consumer.PollAsync(TimeSpan.FromSeconds(1), patience.Token)).Count == 0)
            {
                patience.Token.ThrowIfCancellationRequested();
            }

            var described = Assert.Single((await tool.RunAsync(0, "groups", "describe", group, "--json")).Json);
            Assert.Equal((type, "Stable"), (
                described.GetProperty("type").GetString(), described.GetProperty("state").GetString()));
            var member = Assert.Single(described.GetProperty("members").EnumerateArray());
            Assert.Equal(2, member.GetProperty("partitions").GetInt32());
            Assert.All(described.GetProperty("offsets").EnumerateArray(), row => Assert.Equal(
                member.GetProperty("member").GetString(), row.GetProperty("member").GetString()));

            var listed = (await tool.RunAsync(0, "groups", "list", "--state", "stable", "--json")).Json;
            Assert.Contains(group, listed.Select(row => row.GetProperty("group").GetString()));

            var reset = await tool.RunAsync(1, "groups", "reset-offsets", group, "--topic", topic, "--to-earliest");
            Assert.Contains("Stop them first", reset.Errors, StringComparison.Ordinal);
            var refused = await tool.RunAsync(1, "groups", "delete", group);
            Assert.Contains("NON_EMPTY_GROUP", refused.Errors, StringComparison.Ordinal);
            Assert.Contains("Stop the group's members", refused.Errors, StringComparison.Ordinal);
        }

        Assert.Equal($"deleted {group}\n", (await tool.RunAsync(0, "groups", "delete", group)).Output);
        var gone = await tool.RunAsync(0, "groups", "delete", group, "--if-exists");
        Assert.Equal($"{group} does not exist\n", gone.Output);
        Assert.Contains(
            "groups list", (await tool.RunAsync(1, "groups", "delete", group)).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reset-offsets g --to-earliest", "--topic")]
    [InlineData("reset-offsets g --topic t --all-topics --to-earliest", "--topic")]
    [InlineData("reset-offsets g --topic t", "--to-earliest")]
    [InlineData("reset-offsets g --topic t --to-earliest --to-latest", "Give one of")]
    [InlineData("reset-offsets g --topic t --to-latest --execute --dry-run", "--dry-run")]
    [InlineData("reset-offsets g --topic t --to-offset -1", "begin at 0")]
    [InlineData("reset-offsets g --topic t:x --to-latest", "'t:x'")]
    [InlineData("reset-offsets g --topic t --by-duration soon", "'soon'")]
    [InlineData("reset-offsets g --topic t --by-duration Psoon", "'Psoon'")]
    [InlineData("delete-offsets g", "--topic")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string line, string expected)
    {
        var refused = await tool.RunAsync(2, ["groups", .. line.Split(' ')]);
        Assert.Contains(expected, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Partitions_are_chosen_by_topic_and_number()
    {
        var choices = PartitionChoice.Parse("--topic", ["a", "b:0,2"]);

        Assert.True(PartitionChoice.Contains(choices, new TopicPartition("a", 7)));
        Assert.True(PartitionChoice.Contains(choices, new TopicPartition("b", 2)));
        Assert.False(PartitionChoice.Contains(choices, new TopicPartition("b", 1)));
        Assert.False(PartitionChoice.Contains(choices, new TopicPartition("c", 0)));
        Assert.Throws<UsageException>(() => PartitionChoice.Parse("--topic", [":1"]));
        Assert.Throws<UsageException>(() => PartitionChoice.Parse("--topic", ["b:0:1"]));
        Assert.Throws<UsageException>(() => PartitionChoice.Parse("--topic", ["b:"]));
    }

    private async Task<(string Topic, string Group)> TopicOfTenAsync(int partitions)
    {
        var topic = await tool.CreateAsync(partitions);
        await tool.RunAsync(
            0, string.Concat(Enumerable.Range(0, 10).Select(i => $"{i}\n")), ["produce", "--topic", topic]);
        return (topic, $"group-{Guid.NewGuid():N}");
    }

    private async Task<long> ResetAsync(string group, string topic, params string[] target)
    {
        var done = await tool.RunAsync(
            0, ["groups", "reset-offsets", group, "--topic", topic, .. target, "--execute", "--json"]);
        return Assert.Single(done.Json).GetProperty("new_offset").GetInt64();
    }

    private async Task<List<int>> CommittedAsync(string group)
    {
        var described = Assert.Single((await tool.RunAsync(0, "groups", "describe", group, "--json")).Json);
        return [.. described.GetProperty("offsets").EnumerateArray()
            .Select(row => row.GetProperty("partition").GetInt32())];
    }
}
