using System.CommandLine;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Commands;

/// <summary><c>configs describe | alter</c>: the settings of a topic, a broker or all brokers.</summary>
internal static class ConfigsCommand
{
    private static readonly Option<string?> Topic = new("--topic", "-t")
    {
        Description = "The settings of this topic.",
        HelpName = "name",
    };

    private static readonly Option<int?> Broker = new("--broker")
    {
        Description = "The settings of this broker.",
        HelpName = "id",
    };

    private static readonly Option<bool> AllBrokers = new("--all-brokers")
    {
        Description = "The settings that hold for every broker until one has its own.",
    };

    public static Command Build() => new ToolCommand("configs", "Describe and alter settings of topics and brokers.")
    {
        BuildDescribe(),
        BuildAlter(),
    };

    private static ToolCommand BuildDescribe()
    {
        var all = new Option<bool>("--all") { Description = "Every setting, not only those that were set." };
        var names = new Option<string[]>("--name", "-n")
        {
            Description = "Only this setting, whether or not it was set; may be repeated.",
            HelpName = "name",
        };
        var docs = new Option<bool>("--docs") { Description = "With what each setting does." };
        var json = Shared.Json();
        var command = new ToolCommand(
            "describe",
            "Shows settings, where each value comes from, and whether it can be changed.",
            "configs describe --topic orders",
            "configs describe --broker 1 --all --docs",
            "configs describe --topic orders --name retention.ms --json")
        {
            Topic, Broker, AllBrokers, all, names, docs, json,
        };
        command.Validators.Add(RequireOneResource);
        command.SetAction(async (parsed, cancel) =>
        {
            var resource = Resource(parsed);
            var wanted = parsed.GetValue(names) is { Length: > 0 } some ? some : null;
            await using var client = Connection.Open(parsed);
            var configs = await client.Admin.DescribeConfigsAsync(resource, wanted, cancel).ConfigureAwait(false);
            string[] columns = ["name", "value", "source", "read only", "sensitive"];
            var withDocs = parsed.GetValue(docs);
            var table = new TextTable(withDocs ? [.. columns, "type", "documentation"] : columns);
            var hidden = parsed.GetValue(json) ? null : "(hidden)";
            foreach (var config in configs.Where(each => wanted is not null || parsed.GetValue(all) || IsSet(each)))
            {
                var value = config.IsSensitive ? hidden : config.Value;
                object?[] row =
                    [config.Name, value, config.Source.ToString(), config.IsReadOnly, config.IsSensitive];
                table.Add(withDocs ? [.. row, config.Type.ToString(), config.Documentation] : row);
            }

            table.Write(parsed.GetValue(json));
            return ExitCode.Ok;

            bool IsSet(ConfigDescription config) => resource.Type == ConfigResourceType.Topic
                ? config.Source == ConfigSource.Topic
                : config.Source != ConfigSource.Default;
        });
        return command;
    }

    private static ToolCommand BuildAlter()
    {
        var set = Settings.SetOption("Gives a setting a value; may be repeated.");
        var delete = Settings.DeleteOption();
        var append = new Option<string[]>("--append")
        {
            Description = "Adds to a setting that is a list; may be repeated.",
            HelpName = "name=value",
        };
        var subtract = new Option<string[]>("--subtract")
        {
            Description = "Takes out of a setting that is a list; may be repeated.",
            HelpName = "name=value",
        };
        var validate = new Option<bool>("--validate-only") { Description = "Only asks whether it could be done." };
        var command = new ToolCommand(
            "alter",
            "Changes the settings that are listed, and no others.",
            "configs alter --topic orders --set retention.ms=86400000 --delete max.message.bytes",
            "configs alter --topic orders --append cleanup.policy=compact",
            "configs alter --all-brokers --set log.cleaner.threads=2")
        {
            Topic, Broker, AllBrokers, set, delete, append, subtract, validate,
        };
        command.Validators.Add(RequireOneResource);
        command.Validators.Add(result =>
        {
            if (!new Option[] { set, delete, append, subtract }.Any(option => result.GetResult(option) is not null))
            {
                result.AddError("Say what to change: --set, --delete, --append or --subtract.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var resource = Resource(parsed);
            var changes = Settings.Changes(parsed.GetValue(set), parsed.GetValue(delete))
                .Concat(Settings.Parse(append.Name, parsed.GetValue(append))
                    .Select(each => ConfigChange.Append(each.Key, each.Value)))
                .Concat(Settings.Parse(subtract.Name, parsed.GetValue(subtract))
                    .Select(each => ConfigChange.Subtract(each.Key, each.Value)))
                .ToList();
            var validateOnly = parsed.GetValue(validate);
            await using var client = Connection.Open(parsed);
            await client.Admin.AlterConfigsAsync(resource, changes, validateOnly, cancel).ConfigureAwait(false);
            Console.WriteLine(validateOnly ? $"could alter {resource}" : $"altered {resource}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void RequireOneResource(System.CommandLine.Parsing.CommandResult result)
    {
        if (new Option[] { Topic, Broker, AllBrokers }.Count(option => result.GetResult(option) is not null) != 1)
        {
            result.AddError("Give one of --topic, --broker and --all-brokers.");
        }
    }

    private static ConfigResource Resource(ParseResult parsed)
    {
        if (parsed.GetValue(Topic) is { } topic)
        {
            return topic.Length > 0 ? ConfigResource.Topic(topic) : throw new UsageException("--topic is empty.");
        }

        return parsed.GetValue(Broker) switch
        {
            null => ConfigResource.AllBrokers,
            >= 0 and int id => ConfigResource.Broker(id),
            int id => throw new UsageException($"--broker {id}: ids are counted from 0."),
        };
    }
}
