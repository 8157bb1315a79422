using System.CommandLine;
using ActorBroker.Client;

namespace ActorBroker.Cli;

/// <summary>
/// Which cluster a command talks to and how patiently; every command has these options. What is said nearer wins:
/// option, environment, file, default.
/// </summary>
internal static class Connection
{
    private const string BootstrapVariable = "ACTORBROKER_BOOTSTRAP";
    private const string FileVariable = "ACTORBROKER_CONFIG";
    private const string DefaultBootstrap = "127.0.0.1:9092";
    private const double DefaultPatienceSeconds = 5;
    private const double PatienceSecondsMax = 24 * 3600;

    /// <summary>For what has begun and is to live through a broker's restart.</summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(1);

    public static readonly Option<string?> Bootstrap = new("--bootstrap", "-b")
    {
        Description =
            $"The cluster's brokers, several separated by commas. Else {BootstrapVariable}, else the file's " +
            $"bootstrap.servers, else {DefaultBootstrap}.",
        HelpName = "host:port",
        Recursive = true,
    };

    private static readonly Option<string?> SettingsFile = new("--config")
    {
        Description = $"A properties file of client settings ({ClientFile.KnownNames}). Else {FileVariable}.",
        HelpName = "file",
        Recursive = true,
    };

    private static readonly Option<double> Patience = new("--timeout")
    {
        Description = "How many seconds to keep trying while the cluster does not answer.",
        HelpName = "seconds",
        Recursive = true,
        DefaultValueFactory = _ => DefaultPatienceSeconds,
    };

    public static IReadOnlyList<Option> Options { get; } = [Bootstrap, SettingsFile, Patience];

    /// <summary>A client that tells soon where the cluster is not there.</summary>
    public static KafkaClient Open(ParseResult parsed) => Open(parsed, patience: null);

    /// <summary>A client for a long stream of records.</summary>
    public static KafkaClient OpenForStreaming(ParseResult parsed) => Open(parsed, LongPatience);

    /// <summary>How long to keep trying while the cluster does not answer.</summary>
    public static TimeSpan PatienceOf(ParseResult parsed)
    {
        var seconds = parsed.GetValue(Patience);
        return seconds is >= 0 and <= PatienceSecondsMax
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"--timeout {seconds}: give 0 to {PatienceSecondsMax} seconds.");
    }

    private static KafkaClient Open(ParseResult parsed, TimeSpan? patience)
    {
        var given = PatienceOf(parsed);
        var file = parsed.GetValue(SettingsFile) ?? Environment.GetEnvironmentVariable(FileVariable);
        var options = new ClientOptions
        {
            BootstrapServers = DefaultBootstrap,
            ClientId = "actorbroker-cli",
            OperationTimeout = patience > given ? patience.Value : given,
        };
        if (!string.IsNullOrEmpty(file))
        {
            options = ClientFile.Read(file, options);
        }

        var bootstrap = parsed.GetValue(Bootstrap) ?? Environment.GetEnvironmentVariable(BootstrapVariable);
        try
        {
            return new KafkaClient(
                string.IsNullOrEmpty(bootstrap) ? options : options with { BootstrapServers = bootstrap });
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"{Bootstrap.Name}: {exception.Message}");
        }
    }
}
