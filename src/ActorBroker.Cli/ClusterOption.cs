using System.CommandLine;
using ActorBroker.Client;

namespace ActorBroker.Cli;

/// <summary>Which cluster a command talks to; every command has it.</summary>
internal static class ClusterOption
{
    private const string Variable = "ACTORBROKER_BOOTSTRAP";

    public static readonly Option<string> Bootstrap = new("--bootstrap", "-b")
    {
        Description = $"The cluster's brokers: host:port, several separated by commas. Also from {Variable}.",
        HelpName = "host:port",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) ?? "127.0.0.1:9092",
    };

    public static KafkaClient Connect(ParseResult parsed)
    {
        try
        {
            return new KafkaClient(new ClientOptions
            {
                BootstrapServers = parsed.GetRequiredValue(Bootstrap),
                ClientId = "actorbroker-cli",
                OperationTimeout = TimeSpan.FromSeconds(15),
            });
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--bootstrap: {exception.Message}");
        }
    }
}
