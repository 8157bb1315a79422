using System.Collections;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Server;

/// <summary>Gathers the settings from file, environment and command line, in this order: later ones win.</summary>
internal static class SettingsSources
{
    private static readonly string[] DefaultFiles = ["actorbroker.properties", "actorbroker.json"];

    public static BrokerConfig Load(CommandLine commandLine)
    {
        var path = commandLine.ConfigPath ?? Environment.GetEnvironmentVariable(EnvironmentSettings.ConfigPathVariable);
        var file = FromFile(path);
        ConfigInput[] own = [.. EnvironmentSettings.Parse(Variables()), .. commandLine.Settings];
        return BrokerConfig.Parse([.. file, .. FromOpenTelemetry(file, own), .. own]);
    }

    private static IReadOnlyList<ConfigInput> FromFile(string? path)
    {
        if (path is not null)
        {
            return Read(path);
        }

        var found = DefaultFiles.Where(File.Exists).ToArray();
        return found.Length switch
        {
            0 => [],
            1 => Read(found[0]),
            _ => throw new ConfigurationException(
                $"{string.Join(" and ", found)} are both in {Environment.CurrentDirectory}: keep one of them"),
        };
    }

    // OpenTelemetry's standard variables are further names of two settings; the exporter itself reads the others. They
    // are often set for a whole platform, so the protocol is looked at only where it matters: something is sent, and no
    // setting of ours that would win says how.
    private static ConfigInput[] FromOpenTelemetry(IReadOnlyList<ConfigInput> file, ConfigInput[] own)
    {
        var endpoint = FromVariable("OTEL_EXPORTER_OTLP_ENDPOINT", BrokerKeys.OtlpEndpoint);
        var target = file.Concat(endpoint).Concat(own).LastOrDefault(IsFor(BrokerKeys.OtlpEndpoint));
        return target is { Value.Length: > 0 } && !own.Any(IsFor(BrokerKeys.OtlpProtocol))
            ? [.. endpoint, .. FromVariable("OTEL_EXPORTER_OTLP_PROTOCOL", BrokerKeys.OtlpProtocol)]
            : endpoint;

        static Func<ConfigInput, bool> IsFor(ConfigKey key) => input => input.Name == key.Name;
    }

    private static ConfigInput[] FromVariable(string variable, ConfigKey key) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? [new ConfigInput(key.Name, value, $"environment variable {variable}")]
            : [];

    private static IReadOnlyList<ConfigInput> Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"{Path.GetFullPath(path)}: the settings file can't be read ({fault.GetType().Name}); "
                + "check --config",
                fault);
        }

        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonSettings.Parse(text, path)
            : PropertiesFile.Parse(text, path);
    }

    private static IEnumerable<KeyValuePair<string, string>> Variables()
        => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => new KeyValuePair<string, string>((string)entry.Key, (string?)entry.Value ?? ""));
}
