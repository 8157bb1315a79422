using System.Runtime.InteropServices;
using ActorBroker.Client;

namespace ActorBroker.Cli.Bench;

/// <summary>Who measured whom, and where: a figure without it says nothing.</summary>
internal sealed record Machine(string Client, string Server, string Description)
{
    private const string CpuInfo = "/proc/cpuinfo";

    public static async Task<Machine> LookAsync(KafkaClient client, CancellationToken cancel)
    {
        var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
        var brokers = string.Join(", ", cluster.Brokers.Select(each => $"{each.Host}:{each.Port}"));
        var version = typeof(Machine).Assembly.GetName().Version?.ToString(3);
        return new Machine(
            $"{CommandLine.ToolName} {version} on {RuntimeInformation.FrameworkDescription}",
            $"cluster {cluster.ClusterId}, {brokers}",
            $"{Environment.ProcessorCount} cores, {CpuModel()}, {RuntimeInformation.OSDescription}");
    }

    private static string CpuModel()
    {
        if (File.Exists(CpuInfo))
        {
            var line = File.ReadLines(CpuInfo)
                .FirstOrDefault(each => each.StartsWith("model name", StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }

        return RuntimeInformation.ProcessArchitecture.ToString();
    }
}
