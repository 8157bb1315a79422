using System.Globalization;
using System.Text;
using ActorBroker.Gateway;
using ActorBroker.Protocol;

namespace ActorBroker.Architecture.Tests;

/// <summary>
/// The page <c>docs/compatibility.md</c>, made from the gateway's table of APIs (which ApiVersions answers from too)
/// and from the comments of its handlers.
/// </summary>
internal static class CompatibilityDocument
{
    private const string Head = """
        # Compatibility

        This page is made from the gateway's table of APIs and the comments of its handlers, and a test compares them
        (`ACTORBROKER_WRITE_DOCS=1 dotnet test tests/ActorBroker.Architecture.Tests` writes it anew).

        ApiVersions advertises exactly the first table. A request for anything else closes the connection, as Kafka
        does. Records are stored and served in format 2 only (Kafka 0.11 and later): plain, gzip, snappy, lz4 or zstd.

        ## Served

        | key | API | versions | what it does, and what it does not |
        |---|---|---|---|

        """;

    private const string NotServed = """

        ## Not served yet

        The messages of these APIs can be read and written (the client library may use them), but this broker does not
        answer them:


        """;

    public static string Render()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var (key, lowest, highest) in KafkaGateway.SupportedApis.OrderBy(api => api.Key))
        {
            var text = HandlerHeader.Of(key.ToString()).Text;
            var versions = Versions(lowest, highest);
            page.Append(CultureInfo.InvariantCulture, $"| {(short)key} | {key} | {versions} | {text} |\n");
        }

        page.Append(NotServed.ReplaceLineEndings("\n"));
        var served = KafkaGateway.SupportedApis.Select(api => api.Key).ToHashSet();
        foreach (var api in ApiKeys.All.Where(api => !served.Contains(api.Key)))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {api.Name} ({(short)api.Key})\n");
        }

        return page.ToString();
    }

    /// <summary>As handlers' comments write it.</summary>
    public static string Versions(short lowest, short highest) => lowest == highest
        ? lowest.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{lowest}-{highest}");
}
