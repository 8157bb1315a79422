using System.CommandLine;
using System.Diagnostics;
using ActorBroker.TestSupport;

namespace ActorBroker.Cli.Tests;

/// <summary>The tool in a shell: exit codes, errors on one line, help, pipes and Ctrl+C.</summary>
public sealed class ShellTests(Tool tool)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Commands =>
        [.. All(CommandLine.Build(), "").Select(each => each.Path)];

    [Theory]
    [InlineData("produce", "--topic")]
    [InlineData("produce --topic t --input a --lines b", "one of")]
    [InlineData("produce --topic t --json --key-separator :", "--json")]
    [InlineData("produce --topic t --value x --partition y", "'y'")]
    [InlineData("produce --topic t --value x --compression brotli", "zstd")]
    [InlineData("produce --topic t --value x --acks 2", "0, 1 or all")]
    [InlineData("produce --topic t --value x --header nonsense", "name=value")]
    [InlineData("consume --topic t --from-beginning --offset 3", "one of")]
    [InlineData("consume --topic t --json --keys", "for lines")]
    [InlineData("consume --topic t --since tomorrow", "2026-01-31T08:00:00Z")]
    [InlineData("topics create t --set nonsense", "name=value")]
    [InlineData("topics alter t", "--partitions")]
    [InlineData("topics trim t", "--before")]
    [InlineData("configs describe", "--all-brokers")]
    [InlineData("configs alter --topic t", "--set")]
    [InlineData("bench produce --records 0", "at least 1")]
    [InlineData("bench latency --rate 0", "--rate")]
    [InlineData("topics list --bootstrap a:b", "host:port")]
    [InlineData("topics list --config /no/such/file", "/no/such/file")]
    [InlineData("topics", "command")]
    [InlineData("nonsense", "--help")]
    public async Task A_command_line_that_makes_no_sense_ends_with_2_and_one_line(string arguments, string expected)
    {
        var refused = await tool.RunAsync(2, arguments.Split(' '));
        Assert.Empty(refused.Output);
        AssertOneLine(refused.Errors, expected);
    }

    [Fact]
    public async Task No_broker_is_told_on_one_line_with_what_to_do()
    {
        var refused = await tool.RunAsync(1, "topics", "list", "--bootstrap", "127.0.0.1:1", "--timeout", "0");
        Assert.Empty(refused.Output);
        AssertOneLine(refused.Errors, "No connection to 127.0.0.1:1");
        Assert.Contains("--bootstrap", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_writer_without_a_broker_does_not_wait_for_ever()
    {
        var refused = await tool.RunAsync(
            1, "produce", "--topic", "t", "--value", "x", "--bootstrap", "127.0.0.1:1", "--timeout", "0");
        AssertOneLine(refused.Errors, "No connection to 127.0.0.1:1");
    }

    [Theory]
    [InlineData("topics describe")]
    [InlineData("topics delete")]
    [InlineData("consume --topic")]
    [InlineData("offsets")]
    [InlineData("configs describe --topic")]
    public async Task A_topic_that_is_not_there_is_told_on_one_line_with_what_to_do(string command)
    {
        var refused = await tool.RunAsync(1, [.. command.Split(' '), $"missing-{Guid.NewGuid():N}"]);
        AssertOneLine(refused.Errors, "UNKNOWN_TOPIC_OR_PARTITION");
        Assert.Contains("topics list", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_failure()
    {
        var refused = await tool.RunAsync(1, "produce", "--topic", "t", "--lines", "/no/such/file");
        AssertOneLine(refused.Errors, "/no/such/file");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help_with_examples(string command)
    {
        var help = await tool.RunAsync(0, [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
        Assert.Contains("--bootstrap", help.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes:", help.Output, StringComparison.Ordinal);
        if (All(CommandLine.Build(), "").Single(each => each.Path == command).Command.Subcommands.Count == 0)
        {
            Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_example_is_a_command_line_that_parses()
    {
        var root = CommandLine.Build();
        foreach (var example in All(root, "").Select(each => each.Command).OfType<ToolCommand>()
            .SelectMany(each => each.Examples))
        {
            var errors = root.Parse(example.Split('|')[0].Trim().Replace('\'', '"'), CommandLine.Parsing).Errors;
            Assert.True(errors.Count == 0, $"{example}: {string.Join(' ', errors.Select(error => error.Message))}");
        }
    }

    [Fact]
    public async Task The_version_is_told()
    {
        var version = await tool.RunAsync(0, "--version");
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
    }

    [Fact]
    public async Task Without_a_command_the_help_is_shown_and_the_code_is_2() =>
        Assert.Contains("Commands:", (await tool.RunAsync(2)).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_of_settings_names_the_cluster_and_the_environment_wins_over_it()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["client"], "# a comment\nbootstrap.servers=127.0.0.1:1\nclient.id=me\n", Cancel);
        await tool.RunAsync(0, "topics", "list", "--config", folder["client"]);
        using var process = tool.Start(
            ["topics", "list", "--timeout", "0"],
            ("ACTORBROKER_CONFIG", folder["client"]), ("ACTORBROKER_BOOTSTRAP", ""));
        Assert.Equal(1, await Tool.EndOfAsync(process));
        Assert.Contains(
            "127.0.0.1:1:", await process.StandardError.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["client"], "security.protocol=SSL\n", Cancel);
        var refused = await tool.RunAsync(2, "topics", "list", "--config", folder["client"]);
        AssertOneLine(refused.Errors, "'security.protocol'");
    }

    [Fact]
    public async Task Output_that_nobody_reads_any_longer_ends_the_tool_quietly()
    {
        var topic = await tool.CreateAsync(1);
        var lines = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a line with the number {i}\n"));
        await tool.RunAsync(0, lines, ["produce", "--topic", topic]);
        using var process = tool.Start(["consume", "--topic", topic, "--from-beginning"]);
        try
        {
            Assert.Equal("a line with the number 0", await process.StandardOutput.ReadLineAsync(Cancel));
            process.StandardOutput.Close();
            Assert.Equal(0, await Tool.EndOfAsync(process));
            Assert.Empty(await process.StandardError.ReadToEndAsync(Cancel));
        }
        finally
        {
            Tool.Kill(process);
        }
    }

    [Fact]
    public async Task Control_C_ends_a_reader_that_waits_with_its_closing_line_and_130()
    {
        var topic = await tool.CreateAsync(1);
        await tool.RunAsync(0, "produce", "--topic", topic, "--value", "first");
        using var process = tool.Start(["consume", "--topic", topic, "--from-beginning"]);
        try
        {
            Assert.Equal("first", await process.StandardOutput.ReadLineAsync(Cancel));
            await InterruptAsync(process);
            Assert.Equal(130, await Tool.EndOfAsync(process));
            var errors = await process.StandardError.ReadToEndAsync(Cancel);
            Assert.StartsWith("read 1 record, ", errors, StringComparison.Ordinal);
        }
        finally
        {
            Tool.Kill(process);
        }
    }

    [Fact]
    public async Task Control_C_delivers_the_lines_that_were_read_before_it_ends_the_writer()
    {
        var topic = await tool.CreateAsync(1);
        using var reader = tool.Start(["consume", "--topic", topic, "--from-beginning"]);
        using var writer = tool.Start(["produce", "--topic", topic]);
        try
        {
            await writer.StandardInput.WriteAsync("written\n");
            await writer.StandardInput.FlushAsync(Cancel);
            Assert.Equal("written", await reader.StandardOutput.ReadLineAsync(Cancel));
            await InterruptAsync(writer);
            Assert.Equal(130, await Tool.EndOfAsync(writer));
            var errors = await writer.StandardError.ReadToEndAsync(Cancel);
            Assert.StartsWith("sent 1 record, ", errors, StringComparison.Ordinal);
        }
        finally
        {
            Tool.Kill(reader);
            Tool.Kill(writer);
        }
    }

    internal static IEnumerable<(string Path, Command Command)> All(Command command, string path) =>
        command.Subcommands.SelectMany(each => All(each, $"{path} {each.Name}".TrimStart())).Prepend((path, command));

    private static void AssertOneLine(string errors, string expected)
    {
        Assert.StartsWith("actorbroker: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    private static async Task InterruptAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await kill.WaitForExitAsync(Cancel);
    }
}
