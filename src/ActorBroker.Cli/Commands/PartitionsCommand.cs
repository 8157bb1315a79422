using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>partitions</c>: who leads them here, where their replicas are in <see cref="MovingCommands"/>.</summary>
internal static class PartitionsCommand
{
    public static Command Build() => new ToolCommand("partitions", "Elect leaders, move replicas.")
    {
        BuildElect(),
        MovingCommands.BuildReassign(),
        MovingCommands.BuildMove(),
        MovingCommands.BuildMoves(),
    };

    private static ToolCommand BuildElect()
    {
        var topics = PartitionChoice.TopicOption();
        var unclean = new Option<bool>("--unclean")
        {
            Description =
                "Where nobody leads and nobody is in sync, lets any live replica lead. Records that it lacks are " +
                "lost for ever; needs --topic.",
        };
        var execute = new Option<bool>("--execute") { Description = "Does it; else it is only shown who would lead." };
        var json = Shared.Json();
        var command = new ToolCommand(
            "elect",
            "Lets partitions be led by their preferred replicas, the first ones, or by what is left.",
            "partitions elect",
            "partitions elect --topic orders:0,3 --execute",
            "partitions elect --topic orders:0 --unclean --execute")
        {
            topics, unclean, execute, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(unclean) is not null && result.GetResult(topics) is null)
            {
                result.AddError("--unclean loses records: name the partitions with --topic.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var choices = PartitionChoice.Parse(topics.Name, parsed.GetValue(topics));
            var type = parsed.GetValue(unclean) ? ElectionType.Unclean : ElectionType.Preferred;
            await using var client = Connection.Open(parsed);
            var wanted = await WantedAsync(client, choices, type, cancel).ConfigureAwait(false);
            if (parsed.GetValue(execute) && wanted.Count > 0)
            {
                var results = await client.Admin.ElectLeadersAsync(
                    type, wanted.Select(each => each.Partition), cancel).ConfigureAwait(false);
                return Write(results, parsed.GetValue(json));
            }

            WritePlan(wanted, type, parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The partitions that would get another leader.</summary>
    private static async Task<List<(TopicPartition Partition, PartitionDescription State)>> WantedAsync(
        KafkaClient client, List<PartitionChoice> choices, ElectionType type, CancellationToken cancel)
    {
        var all = await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false);
        PartitionChoice.RequireExisting(choices, all);
        return
        [
            .. from topic in all
               from each in topic.Partitions
               let partition = new TopicPartition(topic.Name, each.Partition)
               where choices.Count == 0 || PartitionChoice.Contains(choices, partition)
               where type == ElectionType.Unclean
                   ? each.LeaderId < 0
                   : each.Replicas.Count > 0 && each.LeaderId != each.Replicas[0]
               select (partition, each),
        ];
    }

    private static void WritePlan(
        List<(TopicPartition Partition, PartitionDescription State)> wanted, ElectionType type, bool asJson)
    {
        var table = new TextTable("topic", "partition", "leader", "new leader", "replicas", "in sync");
        foreach (var (partition, state) in wanted)
        {
            table.Add(
                partition.Topic,
                partition.Partition,
                state.LeaderId < 0 ? null : state.LeaderId,
                type == ElectionType.Preferred ? state.Replicas[0]
                    : state.Replicas.Except(state.OfflineReplicas).Select(id => (int?)id).FirstOrDefault(),
                state.Replicas,
                state.InSyncReplicas);
        }

        table.Write(asJson);
        if (!asJson)
        {
            Console.Error.WriteLine(wanted.Count > 0
                ? "Nothing was changed: this is the plan. Say --execute to carry it out."
                : type == ElectionType.Preferred
                    ? "Every partition is led by its preferred replica."
                    : "Every partition has a leader.");
        }
    }

    private static int Write(IReadOnlyList<ElectionResult> results, bool asJson)
    {
        var table = new TextTable("topic", "partition", "result", "message");
        foreach (var each in results)
        {
            table.Add(
                each.Partition.Topic,
                each.Partition.Partition,
                each.Error == ErrorCode.None ? "elected" : each.Error.ToString(),
                each.Message);
        }

        table.Write(asJson);
        return results.All(each => each.Error is ErrorCode.None or ErrorCode.ElectionNotNeeded)
            ? ExitCode.Ok
            : ExitCode.Failure;
    }
}
