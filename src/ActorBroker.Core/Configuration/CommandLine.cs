using System.Globalization;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// The broker's command line: every setting as <c>--key=value</c> or <c>--key value</c>, and a few words more.
/// </summary>
/// <param name="Settings">The settings.</param>
/// <param name="ConfigPath"><c>--config</c>: the settings file; null: the one in the working directory, if any.</param>
/// <param name="Help"><c>--help</c>.</param>
/// <param name="Version"><c>--version</c>.</param>
public sealed record CommandLine(IReadOnlyList<ConfigInput> Settings, string? ConfigPath, bool Help, bool Version)
{
    /// <summary>
    /// <c>--dev.brokers</c>: so many brokers in one process, as a cluster for development; null: one broker.
    /// </summary>
    public int? DevBrokers { get; init; }

    /// <summary><c>--dev.port</c>: the first one's port, the next have the next ones; 0: any free ones.</summary>
    public int DevPort { get; init; }

    /// <summary><c>--dev.data</c>: the folder of all their data; null: a temporary one.</summary>
    public string? DevData { get; init; }

    private const string Origin = "command line";

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ConfigurationException">An argument is no setting, or lacks its value.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var settings = new List<ConfigInput>();
        string? configPath = null;
        string? data = null;
        int? brokers = null;
        var port = 0;
        var help = false;
        var version = false;
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument is "--help" or "-h" or "-?")
            {
                help = true;
                continue;
            }

            if (argument == "--version")
            {
                version = true;
                continue;
            }

            var (name, value) = Split(argument);
            value ??= index + 1 < arguments.Count && !arguments[index + 1].StartsWith("--", StringComparison.Ordinal)
                ? arguments[++index]
                : throw new ConfigurationException(
                    $"{argument} ({Origin}): the value is missing; write {argument}=value");
            switch (name)
            {
                case "config":
                    configPath = value;
                    break;
                case "dev.brokers":
                    brokers = Number(argument, value, 1, 99);
                    break;
                case "dev.port":
                    port = Number(argument, value, 0, 65_000);
                    break;
                case "dev.data":
                    data = value;
                    break;
                default:
                    settings.Add(new ConfigInput(name, value, Origin));
                    break;
            }
        }

        return new CommandLine(settings, configPath, help, version)
        {
            DevBrokers = brokers,
            DevPort = port,
            DevData = data,
        };
    }

    private static int Number(string argument, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
        number >= least && number <= most
            ? number
            : throw new ConfigurationException($"{argument} ({Origin}): allowed is a number from {least} to {most}");

    private static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
        {
            throw new ConfigurationException(
                $"{argument.Split('=')[0]} ({Origin}): not understood; settings are written --key=value, "
                + "and --help shows how");
        }

        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
    }
}
