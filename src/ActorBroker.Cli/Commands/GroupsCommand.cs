using System.CommandLine;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary>
/// <c>groups</c>: what deletes is here, what shows them in <see cref="GroupViews"/>, what moves them in
/// <see cref="GroupReset"/>.
/// </summary>
internal static class GroupsCommand
{
    public static Command Build() => new ToolCommand(
        "groups", "List, describe and delete consumer groups, show their lag, reset their offsets.")
    {
        GroupViews.BuildList(),
        GroupViews.BuildDescribe(),
        GroupReset.Build(),
        BuildDeleteOffsets(),
        BuildDelete(),
    };

    public static Argument<string> Group() => new("group") { Description = "The group's id." };

    private static ToolCommand BuildDeleteOffsets()
    {
        var group = Group();
        var topics = PartitionChoice.TopicOption();
        var command = new ToolCommand(
            "delete-offsets",
            "Makes a group forget its offsets of topics that none of its members reads.",
            "groups delete-offsets billing --topic orders",
            "groups delete-offsets billing --topic orders:0,3")
        {
            group, topics,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(topics) is null)
            {
                result.AddError("Say which offsets: --topic.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(group);
            var choices = PartitionChoice.Parse(topics.Name, parsed.GetValue(topics));
            await using var client = Connection.Open(parsed);
            var committed = await client.Admin.ListGroupOffsetsAsync(name, cancel: cancel).ConfigureAwait(false);
            if (committed.Count == 0)
            {
                throw new KafkaException(
                    $"There is no group '{name}', or it has committed nothing. See 'actorbroker groups list' for " +
                    "what there is.");
            }

            var chosen = committed.Keys.Where(each => PartitionChoice.Contains(choices, each)).ToList();
            if (chosen.Count > 0)
            {
                await client.Admin.DeleteGroupOffsetsAsync(name, chosen, cancel).ConfigureAwait(false);
            }

            Console.WriteLine($"deleted {chosen.Count} offsets of {name}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static ToolCommand BuildDelete()
    {
        var groups = new Argument<string[]>("group")
        {
            Description = "The groups' ids.",
            Arity = ArgumentArity.OneOrMore,
        };
        var tolerant = new Option<bool>("--if-exists") { Description = "A group that is missing is no failure." };
        var command = new ToolCommand(
            "delete", "Deletes groups that have no members, with all their offsets.", "groups delete billing audit")
        {
            groups, tolerant,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            foreach (var name in parsed.GetRequiredValue(groups))
            {
                try
                {
                    await client.Admin.DeleteGroupAsync(name, cancel).ConfigureAwait(false);
                    Console.WriteLine($"deleted {name}");
                }
                catch (BrokerErrorException refusal) when (
                    refusal.Code == ErrorCode.GroupIdNotFound && parsed.GetValue(tolerant))
                {
                    Console.WriteLine($"{name} does not exist");
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
