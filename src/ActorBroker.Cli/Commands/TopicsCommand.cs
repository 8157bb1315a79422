using System.CommandLine;
using System.Globalization;
using ActorBroker.Client;
using Spectre.Console;

namespace ActorBroker.Cli.Commands;

/// <summary><c>topics create | list | describe | delete</c>.</summary>
internal static class TopicsCommand
{
    public static Command Build() => new("topics", "Create, list, describe and delete topics.")
    {
        BuildCreate(),
        BuildList(),
        BuildDescribe(),
        BuildDelete(),
    };

    private static Argument<string> TopicArgument() => new("topic") { Description = "The topic's name." };

    private static Command BuildCreate()
    {
        var topic = TopicArgument();
        var partitions = new Option<int>("--partitions", "-p")
        {
            Description = "How many partitions; -1 takes the broker's num.partitions.",
            DefaultValueFactory = _ => -1,
        };
        var replicas = new Option<short>("--replication-factor")
        {
            Description = "How many replicas; -1 takes the broker's default.replication.factor.",
            DefaultValueFactory = _ => -1,
        };
        var configs = new Option<string[]>("--config", "-c")
        {
            Description = "A setting of the topic, e.g. retention.ms=3600000; may be repeated.",
            HelpName = "name=value",
        };
        var command = new Command("create", "Creates a topic.") { topic, partitions, replicas, configs };
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(topic);
            await using var client = ClusterOption.Connect(parsed);
            await client.Admin.CreateTopicAsync(
                new NewTopic
                {
                    Name = name,
                    Partitions = parsed.GetValue(partitions),
                    ReplicationFactor = parsed.GetValue(replicas),
                    Configs = ParseConfigs(parsed.GetValue(configs) ?? []),
                },
                cancel).ConfigureAwait(false);
            Console.WriteLine($"created {name}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildList()
    {
        var all = new Option<bool>("--all") { Description = "The cluster's internal topics too." };
        var command = new Command("list", "Lists the topics, one name a line.") { all };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = ClusterOption.Connect(parsed);
            foreach (var topic in await client.Admin.ListTopicsAsync(cancel).ConfigureAwait(false))
            {
                if (!topic.IsInternal || parsed.GetValue(all))
                {
                    Console.WriteLine(topic.Name);
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildDescribe()
    {
        var topic = TopicArgument();
        var all = new Option<bool>("--all-configs") { Description = "Every setting, not only those that were set." };
        var command = new Command("describe", "Shows a topic's partitions, offsets and settings.") { topic, all };
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(topic);
            await using var client = ClusterOption.Connect(parsed);
            var description = await client.Admin.DescribeTopicAsync(name, cancel).ConfigureAwait(false);
            var configs = await client.Admin.DescribeTopicConfigsAsync(name, cancel).ConfigureAwait(false);
            Console.WriteLine($"{description.Name}  id {description.Id}  partitions {description.Partitions.Count}");
            AnsiConsole.Write(await PartitionTableAsync(client, description, cancel).ConfigureAwait(false));
            foreach (var config in configs.Where(each => parsed.GetValue(all) || each.Source == ConfigSource.Topic))
            {
                Console.WriteLine($"{config.Name}={config.Value ?? "(hidden)"}  ({config.Source})");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command BuildDelete()
    {
        var topics = new Argument<string[]>("topic")
        {
            Description = "The topics' names.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("delete", "Deletes topics with all their records.") { topics };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = ClusterOption.Connect(parsed);
            foreach (var name in parsed.GetRequiredValue(topics))
            {
                await client.Admin.DeleteTopicAsync(name, cancel).ConfigureAwait(false);
                Console.WriteLine($"deleted {name}");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<Table> PartitionTableAsync(
        KafkaClient client, TopicDescription topic, CancellationToken cancel)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("partition", "leader", "epoch", "first offset", "end offset", "replicas", "in sync");
        foreach (var each in topic.Partitions)
        {
            var first = await client.Admin
                .FindOffsetAsync(topic.Name, each.Partition, StartPosition.Earliest, cancel).ConfigureAwait(false);
            var end = await client.Admin
                .FindOffsetAsync(topic.Name, each.Partition, StartPosition.Latest, cancel).ConfigureAwait(false);
            table.AddRow(
                Text(each.Partition),
                Text(each.LeaderId),
                Text(each.LeaderEpoch),
                Text(first),
                Text(end),
                string.Join(',', each.Replicas),
                string.Join(',', each.InSyncReplicas));
        }

        return table;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> ParseConfigs(string[] texts)
    {
        var configs = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"--config '{text}' is not name=value.");
            }

            configs[text[..equals]] = text[(equals + 1)..];
        }

        return configs;
    }
}
