using System.Diagnostics;
using System.Text.RegularExpressions;
using ActorBroker.TestSupport;

namespace ActorBroker.Cli.Tests;

/// <summary><c>actorbroker dev</c>: clusters that live as long as the command.</summary>
public sealed partial class DevTests(Tool tool)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        var both = await tool.RunAsync(2, "dev", "--brokers", "2", "--processes", "2");
        var none = await tool.RunAsync(2, "dev", "--brokers", "0");
        var missing = await tool.RunAsync(2, "dev", "--server", "/no/such/server");

        Assert.Contains("--processes", both.Errors, StringComparison.Ordinal);
        Assert.Contains("0 brokers", none.Errors, StringComparison.Ordinal);
        Assert.Contains("/no/such/server", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_is_held_to_its_rate_and_nothing_of_that_stays()
    {
        using var dev = tool.Start(["dev", "--brokers", "2", "--port", "0"]);
        try
        {
            var seen = await ReadUntilAsync(dev, line => line.StartsWith("Ctrl+C", StringComparison.Ordinal));
            var bootstrap = BootstrapOption().Match(seen).Groups["servers"].Value;
            await tool.RunAsync(
                0, "topics", "create", "orders", "--partitions", "1", "--replication-factor", "2", "-b", bootstrap);
            await tool.RunAsync(
                0, "partitions", "reassign", "--replicas", "orders:0=1", "--execute", "-b", bootstrap);
            await tool.RunAsync(0, new string('x', 1000), ["produce", "-t", "orders", "-b", bootstrap]);

            string[] move =
            [
                "partitions", "reassign", "--replicas", "orders:0=2", "--throttle", "1", "--execute", "--no-wait", "-b",
                bootstrap,
            ];
            Assert.Contains("moves --wait", (await tool.RunAsync(0, move)).Errors, StringComparison.Ordinal);
            Assert.Equal(["0:2", "0:1"], await ThrottlesAsync(bootstrap));
            await tool.RunAsync(0, "partitions", "moves", "--wait", "-b", bootstrap);

            Assert.Equal([], await ThrottlesAsync(bootstrap));
            var topic = await tool.RunAsync(0, "topics", "describe", "orders", "--json", "-b", bootstrap);
            Assert.Contains("\"replicas\":[2]", topic.Output, StringComparison.Ordinal);
        }
        finally
        {
            await StopAsync(dev);
        }
    }

    private async Task<IEnumerable<string?>> ThrottlesAsync(string bootstrap)
    {
        var configs = await tool.RunAsync(0, "configs", "describe", "--topic", "orders", "--json", "-b", bootstrap);
        return configs.Json.Where(each => each.GetProperty("name").GetString()!.Contains("throttled") &&
            each.GetProperty("source").GetString() == "Topic").Select(each => each.GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("--brokers")]
    [InlineData("--processes")]
    public async Task A_cluster_serves_until_it_is_asked_to_stop(string mode)
    {
        using var dev = tool.Start(["dev", mode, "2", "--port", "0", "--server", RepositoryPaths.ServerCommand[^1]]);
        try
        {
            var seen = await ReadUntilAsync(dev, line => line.StartsWith("Ctrl+C", StringComparison.Ordinal));
            var bootstrap = BootstrapOption().Match(seen).Groups["servers"].Value;

            await tool.RunAsync(0, "topics", "create", "orders", "--partitions", "2", "-b", bootstrap);
            var described = await tool.RunAsync(0, "cluster", "describe", "-b", bootstrap);

            Assert.Contains("2 partitions", described.Output, StringComparison.Ordinal);
        }
        finally
        {
            await StopAsync(dev);
        }
    }

    /// <summary>Asks it to stop, as Ctrl+C does: it takes the servers with it that it started.</summary>
    private static async Task StopAsync(Process dev)
    {
        if (!dev.HasExited)
        {
            UnixSignals.Terminate(dev.Id);
        }

        try
        {
            await Tool.EndOfAsync(dev);
        }
        finally
        {
            Tool.Kill(dev);
        }
    }

    private static async Task<string> ReadUntilAsync(Process process, Func<string, bool> isLast)
    {
        var seen = "";
        while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            seen += line + "\n";
            if (isLast(line))
            {
                return seen;
            }
        }

        Assert.Fail($"It ended and said:\n{seen}\n{await process.StandardError.ReadToEndAsync(Cancel)}");
        return seen;
    }

    [GeneratedRegex(@"topics create orders .*-b (?<servers>\S+)")]
    private static partial Regex BootstrapOption();
}
