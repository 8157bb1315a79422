using System.CommandLine;
using ActorBroker.Client;

namespace ActorBroker.Cli;

/// <summary>Reads settings from the command line: <c>--set name=value</c> and its like.</summary>
internal static class Settings
{
    public static Option<string[]> SetOption(string description) => new("--set", "-s")
    {
        Description = description,
        HelpName = "name=value",
    };

    public static Option<string[]> DeleteOption() => new("--delete")
    {
        Description = "Takes a setting's own value away, so that its default holds again; may be repeated.",
        HelpName = "name",
    };

    public static (string Name, string Value) Split(string option, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (text[..equals], text[(equals + 1)..])
            : throw new UsageException($"{option} '{text}' is not name=value.");
    }

    public static Dictionary<string, string> Parse(string option, IEnumerable<string>? texts)
    {
        var configs = new Dictionary<string, string>();
        foreach (var text in texts ?? [])
        {
            var (name, value) = Split(option, text);
            configs[name] = value;
        }

        return configs;
    }

    public static IEnumerable<ConfigChange> Changes(IEnumerable<string>? set, IEnumerable<string>? delete) =>
        Parse("--set", set).Select(each => ConfigChange.Set(each.Key, each.Value))
            .Concat((delete ?? []).Select(ConfigChange.Delete));
}
