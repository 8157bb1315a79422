using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary><c>brokers describe | drain | unregister</c>.</summary>
internal static class BrokersCommand
{
    public static Command Build() => new ToolCommand("brokers", "Show brokers, empty them, take them out.")
    {
        BuildDescribe(),
        BuildDrain(),
        BuildUnregister(),
    };

    private static ToolCommand BuildDescribe()
    {
        var ids = new Argument<int[]>("broker")
        {
            Description = "The brokers' ids; none for all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var json = Shared.Json();
        var command = new ToolCommand(
            "describe",
            "Shows brokers, what they lead and hold, and how full their disks are.",
            "brokers describe",
            "brokers describe 1 2",
            "brokers describe --json")
        {
            ids, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var cluster = await client.Admin.DescribeClusterAsync(cancel).ConfigureAwait(false);
            foreach (var id in parsed.GetValue(ids) ?? [])
            {
                MovingCommands.RequireBroker(cluster, id);
            }

            var chosen = cluster.Brokers
                .Where(broker => parsed.GetValue(ids) is not { Length: > 0 } some || some.Contains(broker.Id)).ToList();
            var health = await ClusterHealth.AskAsync(client, cancel).ConfigureAwait(false);
            var directories = await client.Admin.DescribeLogDirsAsync(
                [.. chosen.Where(broker => !broker.IsFenced).Select(broker => broker.Id)], cancel)
                .ConfigureAwait(false);
            Write(
                ClusterCommand.Brokers(cluster, chosen, health), Directories(directories), parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static ToolCommand BuildDrain()
    {
        var id = Id();
        var options = new MoveOptions();
        var command = new ToolCommand(
            "drain",
            "Moves everything that a broker holds to the others, so that it can be taken away.",
            "brokers drain 3",
            "brokers drain 3 --execute")
        {
            id,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var broker = parsed.GetRequiredValue(id);
            var moves = await MovingCommands.PlanAsync(client, broker, null, [], cancel).ConfigureAwait(false);
            await options.RunAsync(client, moves, parsed, cancel).ConfigureAwait(false);
            while (options.AreFollowed(parsed) && moves.Count > 0)
            {
                // Topics may have come to it meanwhile.
                moves = await MovingCommands.PlanAsync(client, broker, null, [], cancel).ConfigureAwait(false);
                if (moves.Count > 0)
                {
                    await options.RunAsync(client, moves, parsed, cancel).ConfigureAwait(false);
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static ToolCommand BuildUnregister()
    {
        var id = Id();
        var command = new ToolCommand(
            "unregister",
            "Takes a broker that is stopped for good out of the cluster. Drain it first: what it alone holds is lost.",
            "brokers unregister 3")
        {
            id,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var broker = parsed.GetRequiredValue(id);
            await using var client = Connection.Open(parsed);
            await client.Admin.UnregisterBrokerAsync(broker, cancel).ConfigureAwait(false);
            Console.WriteLine($"unregistered broker {broker}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<int> Id() => new("broker") { Description = "The broker's id." };

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

    private static void Write(TextTable brokers, TextTable directories, bool asJson)
    {
        if (!asJson)
        {
            brokers.Write(asJson: false);
            Console.WriteLine();
            directories.Write(asJson: false);
            return;
        }

        JsonLine.Write(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("brokers");
            brokers.WriteArray(json);
            json.WritePropertyName("log_directories");
            directories.WriteArray(json);
            json.WriteEndObject();
        });
    }
}
