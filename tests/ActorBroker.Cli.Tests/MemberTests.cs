namespace ActorBroker.Cli.Tests;

/// <summary><c>consume --group</c>: shares, commits and goes on.</summary>
public sealed class MemberTests(Tool tool)
{
    [Fact]
    public async Task A_member_goes_on_where_its_group_left_off()
    {
        var topic = await tool.CreateAsync(1);
        var group = $"group-of-{topic}";
        await tool.RunAsync(0, "one\ntwo\nthree\n", ["produce", "--topic", topic]);
        var first = await tool.RunAsync(
            0, "consume", "--topic", topic, "--group", group, "--from-beginning", "--max-records", "2");
        Assert.Equal(["one", "two"], first.Lines);
        Assert.Contains($"assigned: {topic} 0", first.Errors, StringComparison.Ordinal);
        Assert.Contains($"revoked: {topic} 0", first.Errors, StringComparison.Ordinal);

        string[] rest = ["consume", "--topic", topic, "--group", group, "--exit-at-end", "--quiet"];
        var second = await tool.RunAsync(0, rest);
        Assert.Equal(["three"], second.Lines);
        Assert.Empty(second.Errors);
        Assert.Empty((await tool.RunAsync(0, rest)).Output);
    }

    [Fact]
    public async Task Without_anything_committed_a_member_begins_with_what_is_new()
    {
        var topic = await tool.CreateAsync(2);
        await tool.RunAsync(0, "old\n", ["produce", "--topic", topic]);
        var read = await tool.RunAsync(
            0, "consume", "--topic", topic, "--group", $"group-of-{topic}", "--exit-at-end", "--quiet");
        Assert.Empty(read.Output);
    }

    [Fact]
    public async Task A_group_leaves_no_choice_of_partitions_and_starts()
    {
        foreach (var option in new[] { "--partition", "--offset", "--last", "--since", "--output" })
        {
            var refused = await tool.RunAsync(2, "consume", "--topic", "t", "--group", "g", option, "1");
            Assert.Contains("--group", refused.Errors, StringComparison.Ordinal);
        }
    }
}
