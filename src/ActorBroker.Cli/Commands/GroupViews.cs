using System.CommandLine;
using System.Globalization;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>groups list | describe</c>.</summary>
internal static class GroupViews
{
    private const string OffsetsTopic = "__consumer_offsets";

    public static Command BuildList()
    {
        var state = new Option<string?>("--state")
        {
            Description = "Only groups of this state, e.g. Stable or Empty; upper or lower case.",
            HelpName = "state",
        };
        var json = Shared.Json();
        var command = new ToolCommand(
            "list", "Lists the groups.", "groups list", "groups list --state empty", "groups list --json")
        {
            state, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var table = new TextTable("group", "type", "state", "protocol", "coordinator");
            foreach (var group in await client.Admin.ListGroupsAsync(cancel).ConfigureAwait(false))
            {
                if (parsed.GetValue(state) is not { } wanted
                    || group.State.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                {
                    table.Add(
                        group.GroupId, Known(group.Type), Known(group.State), Known(group.ProtocolType),
                        group.CoordinatorId);
                }
            }

            table.Write(parsed.GetValue(json));
            if (await OffsetsTopicAsync(client, cancel).ConfigureAwait(false) is { } topic &&
                Unlisted(topic) is { } remark)
            {
                Console.Error.WriteLine(remark);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>What to say of groups that nobody could list; null: all were.</summary>
    internal static string? Unlisted(TopicDescription offsets)
    {
        var count = offsets.Partitions.Count(static partition => partition.LeaderId < 0);
        return count == 0 ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{count} of {offsets.Partitions.Count} partitions of {OffsetsTopic} have no leader: groups that are " +
            $"kept there are not in the list.");
    }

    private static async Task<TopicDescription?> OffsetsTopicAsync(KafkaClient client, CancellationToken cancel)
    {
        try
        {
            return await client.Admin.DescribeTopicAsync(OffsetsTopic, cancel).ConfigureAwait(false);
        }
        catch (BrokerErrorException)
        {
            // There is none yet, or this user may not see it: what is listed is right all the same.
            return null;
        }
    }

    public static Command BuildDescribe()
    {
        var group = GroupsCommand.Group();
        var json = Shared.Json();
        var command = new ToolCommand(
            "describe",
            "Shows a group's state, members, assignment, offsets, and its lag in records and in seconds.",
            "groups describe billing",
            "groups describe billing --json")
        {
            group, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            var name = parsed.GetRequiredValue(group);
            var description = await client.Admin.DescribeGroupAsync(name, cancel).ConfigureAwait(false);
            var committed = await client.Admin.ListGroupOffsetsAsync(name, cancel: cancel).ConfigureAwait(false);
            if (!description.Exists && committed.Count == 0)
            {
                throw new BrokerErrorException(ErrorCode.GroupIdNotFound, $"Describing group '{name}'");
            }

            var offsets = OffsetTable(
                description, committed, await GroupLag.ComputeAsync(client, description, committed, cancel)
                    .ConfigureAwait(false));
            Write(description, MemberTable(description), offsets, parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static TextTable MemberTable(GroupDescription group)
    {
        var table = new TextTable("member", "instance", "client", "host", "partitions");
        foreach (var member in group.Members)
        {
            table.Add(
                member.MemberId, Known(member.InstanceId), Known(member.ClientId), Known(member.Host),
                member.Assignment.Count);
        }

        return table;
    }

    private static TextTable OffsetTable(
        GroupDescription group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed,
        SortedDictionary<TopicPartition, GroupLag> lags)
    {
        var owners = group.Members.SelectMany(
                member => member.Assignment, (member, partition) => (member.MemberId, partition))
            .DistinctBy(each => each.partition).ToDictionary(each => each.partition, each => each.MemberId);
        var table = new TextTable("topic", "partition", "committed", "end", "lag", "seconds", "member");
        foreach (var (partition, lag) in lags)
        {
            table.Add(
                partition.Topic,
                partition.Partition,
                committed.TryGetValue(partition, out var offset) ? offset.Offset : null,
                lag.End,
                lag.Records,
                lag.Seconds,
                owners.GetValueOrDefault(partition));
        }

        return table;
    }

    private static void Write(GroupDescription group, TextTable members, TextTable offsets, bool asJson)
    {
        if (!asJson)
        {
            var assignor = Known(group.Assignor) is { } name ? $"  assignor {name}" : "";
            Console.WriteLine(
                $"{group.GroupId}  type {group.Type}  state {group.State}{assignor}  members {group.Members.Count}");
            if (group.Members.Count > 0)
            {
                members.Write(asJson: false);
            }

            offsets.Write(asJson: false);
            return;
        }

        JsonLine.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("group", group.GroupId);
            json.WriteString("type", group.Type);
            json.WriteString("state", group.State);
            json.WriteString("assignor", Known(group.Assignor));
            json.WritePropertyName("members");
            members.WriteArray(json);
            json.WritePropertyName("offsets");
            offsets.WriteArray(json);
            json.WriteEndObject();
        });
    }

    private static string? Known(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
