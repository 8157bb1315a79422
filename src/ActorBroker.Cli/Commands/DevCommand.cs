using System.CommandLine;
using ActorBroker.Cli.Dev;

namespace ActorBroker.Cli.Commands;

/// <summary><c>dev</c>: brokers to develop against, and to see what happens when one of them dies.</summary>
internal static class DevCommand
{
    private const int BrokersMax = 99;

    public static Command Build()
    {
        var brokers = new Option<int?>("--brokers")
        {
            Description = "So many brokers in one process: quick, and light.",
            HelpName = "count",
        };
        var processes = new Option<int?>("--processes")
        {
            Description = "So many brokers, each a process of its own that can be killed; what dies is started again.",
            HelpName = "count",
        };
        var port = new Option<int>("--port")
        {
            Description = "The first broker's port on 127.0.0.1; the next ones have the next ports. 0: any free ones.",
            HelpName = "port",
            DefaultValueFactory = _ => 9092,
        };
        var data = new Option<string?>("--data")
        {
            Description = "The folder of all data, kept at the end. Else a temporary one, which is removed.",
            HelpName = "folder",
        };
        var server = new Option<string?>("--server")
        {
            Description = "The server's program. Else the one beside this tool, in this repository, or on the PATH.",
            HelpName = "file",
        };
        var command = new ToolCommand(
            "dev",
            "Starts a cluster on this machine to develop against, shows how it is, and stops it with Ctrl+C.",
            "dev --brokers 3",
            "dev --processes 3 --port 19092")
        {
            brokers,
            processes,
            port,
            data,
            server,
        };
        command.SetAction((parsed, cancel) =>
        {
            var (inOne, inMany) = (parsed.GetValue(brokers), parsed.GetValue(processes));
            if (inOne is not null && inMany is not null)
            {
                throw new UsageException("--brokers and --processes: give one of them.");
            }

            var count = inMany ?? inOne ?? 1;
            if (count is < 1 or > BrokersMax)
            {
                throw new UsageException($"{count} brokers: give 1 to {BrokersMax}.");
            }

            if (parsed.GetValue(port) is < 0 or > 65_000)
            {
                throw new UsageException($"--port {parsed.GetValue(port)}: give 0 to 65000.");
            }

            var plan = new DevPlan(
                ServerFile.Find(parsed.GetValue(server)), count, parsed.GetValue(port), parsed.GetValue(data));
            return inMany is null ? DevRun.OneProcessAsync(plan, cancel) : DevRun.ProcessesAsync(plan, cancel);
        });
        return command;
    }
}
