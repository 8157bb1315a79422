namespace ActorBroker.Core.Configuration;

/// <summary>Reads settings from environment variables: <c>ACTORBROKER_LOG_DIRS</c> is <c>log.dirs</c>.</summary>
public static class EnvironmentSettings
{
    /// <summary>What the names of our variables start with.</summary>
    public const string Prefix = "ACTORBROKER_";

    /// <summary>Names the settings file, as <c>--config</c> does; no setting of the broker itself.</summary>
    public const string ConfigPathVariable = Prefix + "CONFIG";

    // The actorbroker tool's own variable: whoever sets it for the tool may start a broker from the same shell.
    private const string ToolVariable = Prefix + "BOOTSTRAP";

    /// <summary>The settings among the variables.</summary>
    public static IReadOnlyList<ConfigInput> Parse(IEnumerable<KeyValuePair<string, string>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return variables
            .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal)
                && variable.Key is not (ConfigPathVariable or ToolVariable))
            .OrderBy(variable => variable.Key, StringComparer.Ordinal)
            .Select(variable => new ConfigInput(
                Name(variable.Key), variable.Value, $"environment variable {variable.Key}"))
            .ToArray();
    }

    private static string Name(string variable)
        => variable[Prefix.Length..].ToLowerInvariant().Replace('_', '.');
}
