using ActorBroker.Gateway;
using ActorBroker.Protocol;

namespace ActorBroker.Architecture.Tests;

/// <summary>What we say that works is what the gateway serves.</summary>
public class CompatibilityDocumentTests
{
    [Fact]
    public async Task The_page_is_what_the_gateway_serves()
    {
        var path = Path.Combine(Repository.Root, "docs", "compatibility.md");
        var rendered = CompatibilityDocument.Render();
        if (Environment.GetEnvironmentVariable("ACTORBROKER_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, rendered, TestContext.Current.CancellationToken);
        }

        var written = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.True(
            written.ReplaceLineEndings("\n") == rendered,
            "docs/compatibility.md is out of date: run these tests once with ACTORBROKER_WRITE_DOCS=1");
    }

    [Fact]
    public void A_handlers_comment_names_the_versions_of_the_table() => Assert.All(
        KafkaGateway.SupportedApis,
        api => Assert.Equal(
            CompatibilityDocument.Versions(api.Lowest, api.Highest), HandlerHeader.Of(api.Key.ToString()).Versions));

    [Fact]
    public void Every_served_version_has_its_messages() => Assert.All(
        KafkaGateway.SupportedApis,
        api =>
        {
            var versions = ApiKeys.Get(api.Key).Versions;
            Assert.True(versions.Contains(api.Lowest) && versions.Contains(api.Highest), $"{api}: {versions}");
        });
}
