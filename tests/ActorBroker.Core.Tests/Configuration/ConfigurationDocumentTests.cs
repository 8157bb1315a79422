using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>The reference page says what the code does.</summary>
public sealed class ConfigurationDocumentTests
{
    [Fact]
    public async Task The_page_is_what_the_declarations_say()
    {
        var path = Path.Combine(Root(), "docs", "configuration.md");
        var rendered = ConfigurationDocument.Render();
        if (Environment.GetEnvironmentVariable("ACTORBROKER_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, rendered, TestContext.Current.CancellationToken);
        }

        var written = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.True(
            written.ReplaceLineEndings("\n") == rendered,
            "docs/configuration.md is out of date: run the tests once with ACTORBROKER_WRITE_DOCS=1");
    }

    [Fact]
    public void Every_default_is_allowed_by_its_own_rule()
    {
        foreach (var key in ConfigCatalogue.BrokerSettings.Concat(ConfigCatalogue.TopicSettings))
        {
            if (key.DefaultText is { Length: > 0 } text)
            {
                Assert.True(key.TryRead(text, out _, out var canonical, out var problem), $"{key.Name}: {problem}");
                Assert.Equal(text, canonical);
            }
        }
    }

    [Fact]
    public void A_topic_setting_and_its_broker_synonyms_agree_on_the_default()
    {
        var config = BrokerConfig.Parse([]);
        ConfigKey[] alone = [TopicKeys.LeaderThrottledReplicas, TopicKeys.FollowerThrottledReplicas];
        foreach (var key in TopicKeys.All.Except(alone))
        {
            Assert.NotEmpty(key.BrokerSynonyms);
            Assert.Equal(key.DefaultText, key.Show(TopicConfig.BrokerValue(config, key)!));
        }
    }

    [Fact]
    public void No_name_is_declared_twice()
    {
        var names = ConfigCatalogue.BrokerSettings.Select(key => key.Name).ToArray();
        Assert.Equal(names.Distinct(StringComparer.Ordinal).Count(), names.Length);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBroker.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("no repository above the tests");
        }

        return folder;
    }
}
