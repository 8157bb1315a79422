using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>groups reset-offsets</c>: shows a plan, and carries it out where that is said.</summary>
internal static class GroupReset
{
    public static Command Build()
    {
        var group = GroupsCommand.Group();
        var topics = PartitionChoice.TopicOption();
        var all = new Option<bool>("--all-topics") { Description = "Everything that the group has committed." };
        var target = new ResetTarget();
        var execute = new Option<bool>("--execute") { Description = "Does it; else the plan is only shown." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only shows the plan, which is the default." };
        var json = Shared.Json();
        var command = new ToolCommand(
            "reset-offsets",
            "Sets where a group goes on reading. The group must not have members meanwhile.",
            "groups reset-offsets billing --topic orders --to-earliest",
            "groups reset-offsets billing --topic orders:0,3 --to-offset 1200 --execute",
            "groups reset-offsets billing --all-topics --to-datetime 2026-01-31T08:00:00Z --execute",
            "groups reset-offsets billing --all-topics --shift-by -100")
        {
            group, topics, all, execute, dryRun, json,
        };
        target.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(topics) is not null == result.GetResult(all) is not null)
            {
                result.AddError("Give either --topic or --all-topics.");
            }
            else if (result.GetResult(execute) is not null && result.GetResult(dryRun) is not null)
            {
                result.AddError("Give either --execute or --dry-run.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(group);
            var choices = PartitionChoice.Parse(topics.Name, parsed.GetValue(topics));
            var wanted = target.Read(parsed);
            await using var client = Connection.Open(parsed);
            var description = await client.Admin.DescribeGroupAsync(name, cancel).ConfigureAwait(false);
            RequireNoMembers(description);
            var committed = await client.Admin.ListGroupOffsetsAsync(name, cancel: cancel).ConfigureAwait(false);
            var isNew = !description.Exists && committed.Count == 0;
            if (isNew && parsed.GetValue(all))
            {
                throw Unknown(name);
            }

            var partitions = parsed.GetValue(all)
                ? await GroupLag.Existing(client, committed.Keys, cancel).ConfigureAwait(false)
                : await ChosenAsync(client, choices, cancel).ConfigureAwait(false);
            var plan = await wanted.PlanAsync(client, partitions, committed, cancel).ConfigureAwait(false);
            if (parsed.GetValue(execute) && plan.Count > 0)
            {
                await client.Admin.AlterGroupOffsetsAsync(
                    name, plan.ToDictionary(each => each.Key, each => new OffsetAndMetadata(each.Value)), cancel)
                    .ConfigureAwait(false);
            }

            Table(plan, committed).Write(parsed.GetValue(json));
            if (!parsed.GetValue(execute) && !parsed.GetValue(json))
            {
                Console.Error.WriteLine(
                    (isNew ? $"There is no group '{name}': --execute makes it. " : "") +
                    "Nothing was changed: this is the plan. Say --execute to carry it out.");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static KafkaException Unknown(string group) => new(
        $"There is no group '{group}', so nothing is committed that could be reset. See 'actorbroker groups list' " +
        "for what there is; --topic makes a new one.");

    // The broker would refuse too, but only with a code, and only when it is to be done.
    private static void RequireNoMembers(GroupDescription group)
    {
        if (group.Members.Count > 0)
        {
            throw new KafkaException(
                $"Group '{group.GroupId}' has members ({group.Members.Count}; state {group.State}), which would " +
                "commit over what is set. Stop them first, and wait until 'actorbroker groups describe' shows none.");
        }
    }

    private static async Task<List<TopicPartition>> ChosenAsync(
        KafkaClient client, List<PartitionChoice> choices, CancellationToken cancel)
    {
        var partitions = new List<TopicPartition>();
        foreach (var choice in choices)
        {
            var topic = await client.Admin.DescribeTopicAsync(choice.Topic, cancel).ConfigureAwait(false);
            var indexes = topic.Partitions.Select(each => each.Partition).ToHashSet();
            if (choice.Partitions?.Except(indexes).ToList() is [var missing, ..])
            {
                throw new UsageException(
                    $"Topic '{choice.Topic}' has no partition {missing}: it has {indexes.Count}, counted from 0.");
            }

            partitions.AddRange((choice.Partitions ?? indexes).Order()
                .Select(partition => new TopicPartition(choice.Topic, partition)));
        }

        return [.. partitions.Distinct()];
    }

    private static TextTable Table(
        IReadOnlyDictionary<TopicPartition, long> plan,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed)
    {
        var table = new TextTable("topic", "partition", "committed", "new offset");
        foreach (var (partition, offset) in plan.OrderBy(each => each.Key.Topic, StringComparer.Ordinal)
            .ThenBy(each => each.Key.Partition))
        {
            table.Add(
                partition.Topic,
                partition.Partition,
                committed.TryGetValue(partition, out var before) ? before.Offset : null,
                offset);
        }

        return table;
    }
}
