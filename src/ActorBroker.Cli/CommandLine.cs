using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ActorBroker.Cli.Commands;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli;

/// <summary>
/// The commands of the tool, and the one place where failures become a line on standard error and a code.
/// </summary>
internal static class CommandLine
{
    public const string ToolName = "actorbroker";

    /// <summary>A value that begins with @ is no file of arguments: it may well be a record's value.</summary>
    public static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>After Ctrl+C: the time to deliver what was read and to say how far it came.</summary>
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args.Length > 0 ? args : ["--help"], Parsing);
        if (parsed.Action is ParseErrorAction)
        {
            return Report($"{Plain(parsed.Errors[0].Message)} {HelpHint(parsed)}", ExitCode.Usage);
        }

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = CleanUp,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration).ConfigureAwait(false);
            return args.Length > 0 ? code : ExitCode.Usage;
        }
        catch (UsageException exception)
        {
            return Report($"{exception.Message} {HelpHint(parsed)}", ExitCode.Usage);
        }
        catch (BrokenPipeException)
        {
            // Whoever read our output has enough, as in "| head".
            return ExitCode.Ok;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (exception is KafkaException or IOException or UnauthorizedAccessException
            or ArgumentException or CompressionLibraryException)
        {
            return Report(Advice.Describe(exception), ExitCode.Failure);
        }
    }

    public static RootCommand Build()
    {
        var root = new RootCommand(
            "Works with an ActorBroker or any Kafka cluster: topics, settings, records in, records out, groups, " +
            "measurements.")
        {
            TopicsCommand.Build(),
            ConfigsCommand.Build(),
            ProduceCommand.Build(),
            ConsumeCommand.Build(),
            GroupsCommand.Build(),
            OffsetsCommand.Build(),
            ClusterCommand.Build(),
            PartitionsCommand.Build(),
            BrokersCommand.Build(),
            BenchCommand.Build(),
            DevCommand.Build(),
        };
        foreach (var option in Connection.Options)
        {
            root.Add(option);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelpAction((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Without the names of .NET's types, which mean nothing to whoever mistyped a number.</summary>
    private static string Plain(string message)
    {
        var at = message.IndexOf(" as expected type ", StringComparison.Ordinal);
        return at < 0 ? message : message[..at] + ".";
    }

    private static string HelpHint(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result?.Parent is not null; result = result.Parent as
            System.CommandLine.Parsing.CommandResult)
        {
            names.Insert(0, result.Command.Name + " ");
        }

        return $"(See '{ToolName} {string.Concat(names)}--help'.)";
    }

    private static int Report(string message, int code)
    {
        Console.Error.WriteLine($"{ToolName}: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
