using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>DescribeConfigs tells each value, where it comes from, and what stands behind it.</summary>
public sealed class DescribeTests
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void A_default_is_told_as_a_default()
    {
        var entry = Broker(BrokerConfig.Parse([]), "num.partitions");

        Assert.Equal(("1", ConfigSource.DefaultConfig, ConfigType.Int), (entry.Value, entry.Source, entry.Type));
        Assert.True(entry.IsDefault && entry.IsReadOnly && !entry.IsSensitive);
        Assert.Equal([new ConfigSynonym("num.partitions", "1", ConfigSource.DefaultConfig)], entry.Synonyms);
    }

    [Fact]
    public void A_broker_setting_shows_every_layer_the_strongest_first()
    {
        var config = Parse(("log.retention.bytes", "10")).WithDynamic(
            new Dictionary<string, string> { ["log.retention.bytes"] = "20" },
            new Dictionary<string, string> { ["log.retention.bytes"] = "30" });

        var entry = Broker(config, "log.retention.bytes");

        Assert.Equal(("30", ConfigSource.DynamicBrokerConfig), (entry.Value, entry.Source));
        Assert.False(entry.IsReadOnly);
        Assert.Equal(
            [
                new("log.retention.bytes", "30", ConfigSource.DynamicBrokerConfig),
                new("log.retention.bytes", "20", ConfigSource.DynamicDefaultBrokerConfig),
                new("log.retention.bytes", "10", ConfigSource.StaticBrokerConfig),
                new ConfigSynonym("log.retention.bytes", "-1", ConfigSource.DefaultConfig),
            ],
            entry.Synonyms);
    }

    [Fact]
    public void Names_in_other_units_are_synonyms()
    {
        var config = Parse(("log.retention.hours", "24"), ("log.retention.minutes", "90"));

        var inMs = Broker(config, "log.retention.ms");
        Assert.Null(inMs.Value);
        Assert.Equal(ConfigSource.DefaultConfig, inMs.Source);
        Assert.Equal(
            [
                new("log.retention.minutes", "90", ConfigSource.StaticBrokerConfig),
                new("log.retention.hours", "24", ConfigSource.StaticBrokerConfig),
                new ConfigSynonym("log.retention.hours", "168", ConfigSource.DefaultConfig),
            ],
            inMs.Synonyms);
        Assert.DoesNotContain(
            Broker(config, "log.retention.hours").Synonyms, synonym => synonym.Name != "log.retention.hours");
    }

    [Fact]
    public void A_topic_inherits_from_the_broker_in_its_own_unit()
    {
        var entry = Topic(Parse(("log.retention.hours", "24")), None, "retention.ms");

        Assert.Equal(("86400000", ConfigSource.StaticBrokerConfig), (entry.Value, entry.Source));
        Assert.Equal(
            [
                new("log.retention.hours", "24", ConfigSource.StaticBrokerConfig),
                new ConfigSynonym("log.retention.hours", "168", ConfigSource.DefaultConfig),
            ],
            entry.Synonyms);
        Assert.False(entry.IsReadOnly);
    }

    [Fact]
    public void An_override_stands_in_front_of_its_broker_synonyms()
    {
        var overrides = new Dictionary<string, string> { ["min.cleanable.dirty.ratio"] = " 1 " };

        var entry = Topic(BrokerConfig.Parse([]), overrides, "min.cleanable.dirty.ratio");

        Assert.Equal(("1.0", ConfigSource.TopicConfig, ConfigType.Double), (entry.Value, entry.Source, entry.Type));
        Assert.Equal(
            [
                new("min.cleanable.dirty.ratio", "1.0", ConfigSource.TopicConfig),
                new ConfigSynonym("log.cleaner.min.cleanable.ratio", "0.5", ConfigSource.DefaultConfig),
            ],
            entry.Synonyms);
    }

    [Fact]
    public void Rows_are_sorted_by_name_and_every_one_has_its_sentence()
    {
        var config = BrokerConfig.Parse([]);
        foreach (var rows in new[] { config.DescribeBroker(), config.DescribeTopic(None) })
        {
            Assert.Equal(rows.Select(row => row.Name).Order(StringComparer.Ordinal), rows.Select(row => row.Name));
            Assert.All(rows, row => Assert.EndsWith(".", row.Documentation, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_secret_is_told_as_set_but_not_shown()
    {
        var config = Parse(("password.encoder.secret", "hunter2"));

        var entry = Broker(config, "password.encoder.secret");

        Assert.True(entry.IsSensitive);
        Assert.Null(entry.Value);
        Assert.Null(Assert.Single(entry.Synonyms).Value);
        Assert.Equal(ConfigSource.StaticBrokerConfig, entry.Source);
    }

    private static ConfigEntry Broker(BrokerConfig config, string name)
        => Assert.Single(config.DescribeBroker(), entry => entry.Name == name);

    private static ConfigEntry Topic(BrokerConfig config, Dictionary<string, string> overrides, string name)
        => Assert.Single(config.DescribeTopic(overrides), entry => entry.Name == name);

    private static BrokerConfig Parse(params (string Name, string Value)[] settings)
        => BrokerConfig.Parse(settings.Select(setting => new ConfigInput(setting.Name, setting.Value, "here")));
}
