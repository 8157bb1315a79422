using System.CommandLine;
using System.Globalization;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>topics</c>: what changes them is here, what shows them in <see cref="TopicViews"/>.</summary>
internal static class TopicsCommand
{
    public static Command Build() => new ToolCommand("topics", "Create, list, describe, alter, trim and delete topics.")
    {
        BuildCreate(),
        TopicViews.BuildList(),
        TopicViews.BuildDescribe(),
        BuildAlter(),
        BuildDelete(),
        BuildTrim(),
        TopicViews.BuildProducers(),
    };

    private static ToolCommand BuildCreate()
    {
        var topic = Shared.Topic();
        var partitions = new Option<int>("--partitions", "-p")
        {
            Description = "How many partitions; -1 takes the broker's num.partitions.",
            HelpName = "count",
            DefaultValueFactory = _ => -1,
        };
        var replicas = new Option<short>("--replication-factor", "-r")
        {
            Description = "How many replicas; -1 takes the broker's default.replication.factor.",
            HelpName = "count",
            DefaultValueFactory = _ => -1,
        };
        var assignment = new Option<string?>("--replica-assignment")
        {
            Description = "The brokers of each partition instead of counts: 1:2,2:3 has two partitions, two replicas.",
            HelpName = "brokers",
        };
        var set = Settings.SetOption("A setting of the topic; may be repeated.");
        var validate = ValidateOption();
        var tolerant = new Option<bool>("--if-not-exists") { Description = "A topic that exists is no failure." };
        var command = new ToolCommand(
            "create",
            "Creates a topic.",
            "topics create orders --partitions 6",
            "topics create sessions --set cleanup.policy=compact --set retention.ms=3600000")
        {
            topic, partitions, replicas, assignment, set, validate, tolerant,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var wanted = new NewTopic
            {
                Name = parsed.GetRequiredValue(topic),
                Partitions = parsed.GetValue(partitions),
                ReplicationFactor = parsed.GetValue(replicas),
                Assignments = parsed.GetValue(assignment) is { } text ? ParseAssignment(text) : null,
                Configs = Settings.Parse(set.Name, parsed.GetValue(set)),
            };
            var validateOnly = parsed.GetValue(validate);
            await using var client = Connection.Open(parsed);
            try
            {
                await client.Admin.CreateTopicAsync(wanted, validateOnly, cancel).ConfigureAwait(false);
                Console.WriteLine(validateOnly ? $"could create {wanted.Name}" : $"created {wanted.Name}");
            }
            catch (BrokerErrorException refusal) when (
                refusal.Code == ErrorCode.TopicAlreadyExists && parsed.GetValue(tolerant))
            {
                Console.WriteLine($"{wanted.Name} exists");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static ToolCommand BuildAlter()
    {
        var topic = Shared.Topic();
        var partitions = new Option<int?>("--partitions", "-p")
        {
            Description = "How many partitions it shall have in all; only more than now. Keys then move.",
            HelpName = "count",
        };
        var set = Settings.SetOption("A setting of the topic; may be repeated.");
        var delete = Settings.DeleteOption();
        var validate = ValidateOption();
        var command = new ToolCommand(
            "alter",
            "Changes a topic's settings and its number of partitions.",
            "topics alter orders --partitions 12",
            "topics alter orders --set retention.ms=86400000 --delete max.message.bytes")
        {
            topic, partitions, set, delete, validate,
        };
        command.Validators.Add(result =>
        {
            if (!new Option[] { partitions, set, delete }.Any(option => result.GetResult(option) is not null))
            {
                result.AddError("Say what to change: --partitions, --set or --delete.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(topic);
            var changes = Settings.Changes(parsed.GetValue(set), parsed.GetValue(delete)).ToList();
            var validateOnly = parsed.GetValue(validate);
            await using var client = Connection.Open(parsed);
            if (changes.Count > 0)
            {
                await client.Admin.AlterConfigsAsync(ConfigResource.Topic(name), changes, validateOnly, cancel)
                    .ConfigureAwait(false);
            }

            if (parsed.GetValue(partitions) is { } count)
            {
                await client.Admin.CreatePartitionsAsync(name, count, null, validateOnly, cancel)
                    .ConfigureAwait(false);
            }

            Console.WriteLine(validateOnly ? $"could alter {name}" : $"altered {name}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static ToolCommand BuildDelete()
    {
        var topics = new Argument<string[]>("topic")
        {
            Description = "The topics' names.",
            Arity = ArgumentArity.OneOrMore,
        };
        var tolerant = new Option<bool>("--if-exists") { Description = "A topic that is missing is no failure." };
        var command = new ToolCommand(
            "delete", "Deletes topics with all their records.", "topics delete orders sessions")
        {
            topics, tolerant,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var client = Connection.Open(parsed);
            foreach (var name in parsed.GetRequiredValue(topics))
            {
                try
                {
                    await client.Admin.DeleteTopicAsync(name, cancel).ConfigureAwait(false);
                    Console.WriteLine($"deleted {name}");
                }
                catch (BrokerErrorException refusal) when (
                    refusal.Code == ErrorCode.UnknownTopicOrPartition && parsed.GetValue(tolerant))
                {
                    Console.WriteLine($"{name} does not exist");
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static ToolCommand BuildTrim()
    {
        var topic = Shared.Topic();
        var before = new Option<long?>("--before")
        {
            Description = "Deletes the records before this offset.",
            HelpName = "offset",
        };
        var all = new Option<bool>("--all") { Description = "Deletes all the records there are." };
        var partition = new Option<int?>("--partition", "-p") { Description = "The partition; else all of them." };
        var command = new ToolCommand(
            "trim",
            "Deletes a topic's oldest records, for ever.",
            "topics trim orders --partition 0 --before 1000",
            "topics trim orders --all")
        {
            topic, before, all, partition,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(before) is not null == result.GetResult(all) is not null)
            {
                result.AddError("Give either --before or --all.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(topic);
            var offset = parsed.GetValue(before) ?? -1;
            await using var client = Connection.Open(parsed);
            var chosen = parsed.GetValue(partition) is { } one
                ? [one]
                : (await client.Admin.DescribeTopicAsync(name, cancel).ConfigureAwait(false))
                    .Partitions.Select(each => each.Partition);
            var starts = await client.Admin.DeleteRecordsAsync(
                chosen.ToDictionary(each => new TopicPartition(name, each), _ => offset), cancel)
                .ConfigureAwait(false);
            var table = new TextTable("partition", "earliest");
            foreach (var (key, start) in starts.OrderBy(each => each.Key.Partition))
            {
                table.Add(key.Partition, start);
            }

            table.Write(asJson: false);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<bool> ValidateOption() =>
        new("--validate-only") { Description = "Only asks whether it could be done." };

    private static List<IReadOnlyList<int>> ParseAssignment(string text)
    {
        var partitions = new List<IReadOnlyList<int>>();
        foreach (var partition in text.Split(','))
        {
            partitions.Add([.. partition.Split(':').Select(broker =>
                int.TryParse(broker, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? id
                    : throw new UsageException(
                        $"--replica-assignment '{text}': '{broker}' is no broker's id; write it like 1:2,2:3."))]);
        }

        return partitions;
    }
}
