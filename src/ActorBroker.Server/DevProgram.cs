using System.Text;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Server;

/// <summary>Several brokers in one process, as a cluster for development: <c>--dev.brokers</c>.</summary>
internal static class DevProgram
{
    public static async Task<int> RunAsync(CommandLine commandLine, int brokers, TextWriter output, TextWriter errors)
    {
        using var signals = new StopSignals();
        using var loggers = ConsoleLoggers.Create(BrokerConfig.Parse(commandLine.Settings));
        var options = new EmbeddedClusterOptions
        {
            DataFolder = commandLine.DevData,
            Port = commandLine.DevPort,
            Settings = commandLine.Settings
                .GroupBy(static setting => setting.Name)
                .ToDictionary(static same => same.Key, static same => same.Last().Value),
            LoggerFactory = loggers,
        };
        try
        {
            var cluster = await EmbeddedCluster.StartAsync(brokers, options, signals.Stop).ConfigureAwait(false);
            await using (cluster.ConfigureAwait(false))
            {
                await output.WriteLineAsync(Render(cluster, commandLine.DevData is null)).ConfigureAwait(false);
                await signals.WaitAsync().ConfigureAwait(false);
            }
        }
        catch (BrokerStartException fault)
        {
            await errors.WriteLineAsync($"actorbroker: {fault.Message.ReplaceLineEndings(" ")}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            await output.WriteLineAsync("Stopped before it was up.").ConfigureAwait(false);
            return ExitCodes.Stopped;
        }

        await output.WriteLineAsync("Stopped: all logs are closed.").ConfigureAwait(false);
        return ExitCodes.Stopped;
    }

    private static string Render(EmbeddedCluster cluster, bool isTemporary)
    {
        var text = new StringBuilder()
            .AppendLine(
                $"ActorBroker {Banner.Version}: cluster {cluster.ClusterId} of {cluster.Brokers.Count} brokers");
        foreach (var broker in cluster.Brokers)
        {
            text.AppendLine($"  broker {broker.Id} listens on {broker.BootstrapServers}");
        }

        return text
            .AppendLine($"  data in {cluster.DataFolder}{(isTemporary ? ", removed at the end" : "")}")
            .AppendLine("Try it from another terminal:")
            .AppendLine($"  actorbroker topics create orders --partitions 6 -b {cluster.BootstrapServers}")
            .AppendLine($"  actorbroker cluster describe -b {cluster.BootstrapServers}")
            .Append("Ctrl+C stops it.")
            .ToString();
    }
}
