using System.Text;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>The reference page <c>docs/configuration.md</c>, made from the declarations of the keys.</summary>
internal static class ConfigurationDocument
{
    private const string Head = """
        # Configuration

        This page is made from the declarations of the settings, and a test compares the two
        (`ACTORBROKER_WRITE_DOCS=1 dotnet test tests/ActorBroker.Core.Tests` writes it anew).

        Names, types and defaults are Kafka's, so a Kafka `server.properties` is a good start. Ours are these defaults:
        `listeners` is `PLAINTEXT://127.0.0.1:9092` (this machine only), `log.dirs` is `./data`, `broker.id` is 1.

        Settings come from these places; a later one wins:

        1. a file: `--config=path`, or the environment variable `ACTORBROKER_CONFIG`, or `actorbroker.properties` or
           `actorbroker.json` in the working directory. A name that ends in `.json` is read as JSON (flat, or nested:
           the names are joined with dots), any other as Java properties.
        2. environment variables: `ACTORBROKER_LOG_DIRS=/data` sets `log.dirs`
        3. the command line: `--log.dirs=/data` or `--log.dirs /data`

        A setting that is unknown or out of range stops the start with one line on stderr and exit code 2. Settings
        whose update is *read-only* are read at the start; *per broker* and *cluster-wide* ones can also be changed at
        run time (AlterConfigs, IncrementalAlterConfigs). A value for one broker wins over one for all, and that over
        the start's.
        """;

    public static string Render()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n")).Append('\n');
        Table(page, "Broker settings", BrokerKeys.All);
        Table(page, "Topic settings", TopicKeys.All);
        Table(page, "Consumer group settings", GroupKeys.All);
        page.Append("\n## Accepted without effect\n\n")
            .Append("These are checked and shown, and the start warns about each that is set.\n");
        var ignored = AcceptedKeys.All.Concat(AcceptedTopicKeys.All.Where(IsIgnored));
        foreach (var group in ignored.GroupBy(key => key.Reason))
        {
            Names(page, group.Key!, group);
        }

        page.Append("\n## Refused\n\n")
            .Append("Any value but the default stops the start, or is refused when a topic is created.\n");
        var refused = RefusedKeys.All.Concat(AcceptedTopicKeys.All.Where(key => !IsIgnored(key)));
        foreach (var group in refused.GroupBy(key => key.Reason))
        {
            Names(page, group.Key!, group);
        }

        return page.ToString();
    }

    private static bool IsIgnored(ConfigKey key) => key.Support == ConfigSupport.Ignored;

    private static void Table(StringBuilder page, string title, IEnumerable<ConfigKey> keys)
    {
        var hasDefaults = keys.First().Scope is ConfigScope.Topic or ConfigScope.Group;
        page.Append($"\n## {title}\n\n")
            .Append($"| Name | Type | Default | Allowed | {(hasDefaults ? "Broker settings" : "Update")} | |\n")
            .Append("|---|---|---|---|---|---|\n");
        foreach (var key in keys.OrderBy(key => key.Name, StringComparer.Ordinal))
        {
            var fifth = hasDefaults
                ? string.Join(", ", key.BrokerSynonyms.Select(synonym => $"`{synonym.Key.Name}`"))
                : Update(key.Scope);
            page.Append($"| `{key.Name}` | {Type(key)} | {Default(key)} | {Allowed(key)} | {fifth} ")
                .Append($"| {key.Documentation} |\n");
        }
    }

    private static void Names(StringBuilder page, string reason, IEnumerable<ConfigKey> keys)
    {
        page.Append($"\n{char.ToUpperInvariant(reason[0])}{reason[1..]}:\n\n");
        foreach (var key in keys.OrderBy(key => key.Name, StringComparer.Ordinal))
        {
            page.Append($"- `{key.Name}`: {key.Documentation}\n");
        }
    }

    private static string Type(ConfigKey key) => key.Type.ToString().ToLowerInvariant();

    private static string Default(ConfigKey key) => string.IsNullOrEmpty(key.DefaultText) ? "" : $"`{key.DefaultText}`";

    // The type's own words are the Type column's already.
    private static string Allowed(ConfigKey key)
        => key.Allowed.IndexOf(", ", StringComparison.Ordinal) is > 0 and var comma ? key.Allowed[(comma + 2)..] : "";

    private static string Update(ConfigScope scope) => scope switch
    {
        ConfigScope.PerBroker => "per broker",
        ConfigScope.ClusterWide => "cluster-wide",
        _ => "read-only",
    };
}
