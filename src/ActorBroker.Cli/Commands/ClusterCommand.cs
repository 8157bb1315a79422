using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary><c>cluster</c>: its brokers, its controller and how full the disks are.</summary>
internal static class ClusterCommand
{
    public static Command Build()
    {
        var json = Shared.Json();
        var command = new ToolCommand(
            "cluster", "Shows the cluster's brokers and their log directories.", "cluster", "cluster --json")
        {
            json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
            var directories = await client.Admin.DescribeLogDirsAsync(null, cancel).ConfigureAwait(false);
            Write(cluster, Brokers(cluster), Directories(directories), parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static TextTable Brokers(ClusterDescription cluster)
    {
        var table = new TextTable("broker", "host", "port", "rack", "controller", "fenced");
        foreach (var broker in cluster.Brokers)
        {
            table.Add(
                broker.Id, broker.Host, broker.Port, broker.Rack, broker.Id == cluster.ControllerId, broker.IsFenced);
        }

        return table;
    }

    private static TextTable Directories(IReadOnlyList<LogDirDescription> directories)
    {
        var table = new TextTable(
            "broker", "log directory", "replicas", "bytes", "volume bytes", "free bytes", "state");
        foreach (var each in directories)
        {
            table.Add(
                each.BrokerId,
                each.Path,
                each.Replicas.Count,
                each.Replicas.Sum(replica => replica.SizeInBytes),
                each.TotalBytes < 0 ? null : each.TotalBytes,
                each.UsableBytes < 0 ? null : each.UsableBytes,
                each.Error == Records.ErrorCode.None ? "ok" : each.Error.ToString());
        }

        return table;
    }

    private static void Write(ClusterDescription cluster, TextTable brokers, TextTable directories, bool asJson)
    {
        if (!asJson)
        {
            Console.WriteLine($"cluster {cluster.ClusterId}");
            brokers.Write(asJson: false);
            Console.WriteLine();
            directories.Write(asJson: false);
            return;
        }

        JsonLine.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("cluster", cluster.ClusterId);
            json.WriteNumber("controller", cluster.ControllerId);
            json.WritePropertyName("brokers");
            brokers.WriteArray(json);
            json.WritePropertyName("log_directories");
            directories.WriteArray(json);
            json.WriteEndObject();
        });
    }
}
