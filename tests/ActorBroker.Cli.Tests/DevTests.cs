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
            UnixSignals.Terminate(dev.Id);
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
