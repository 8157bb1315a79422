using System.CommandLine;
using ActorBroker.Cli.Commands;
using ActorBroker.Client;

namespace ActorBroker.Cli;

/// <summary>
/// The commands of the tool, and the one place where failures become a line on standard error and a code.
/// </summary>
internal static class CommandLine
{
    private const int CancelledByUser = 130;

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        try
        {
            var code = await parsed.InvokeAsync(configuration).ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (UsageException exception)
        {
            return Report(exception.Message, ExitCode.Usage);
        }
        catch (OperationCanceledException)
        {
            return CancelledByUser;
        }
        catch (Exception exception) when (exception
            is KafkaException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Report(exception.Message, ExitCode.Failure);
        }
    }

    public static RootCommand Build()
    {
        var root = new RootCommand("Works with an ActorBroker or any Kafka cluster: topics, records in, records out.")
        {
            TopicsCommand.Build(),
            ProduceCommand.Build(),
            ConsumeCommand.Build(),
        };
        root.Add(ClusterOption.Bootstrap);
        return root;
    }

    private static int Report(string message, int code)
    {
        Console.Error.WriteLine($"actorbroker: {message}");
        return code;
    }
}
