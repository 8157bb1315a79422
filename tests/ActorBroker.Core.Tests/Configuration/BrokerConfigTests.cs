using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>What people write becomes settings, or one clear line.</summary>
public sealed class BrokerConfigTests
{
    [Fact]
    public void Nothing_written_gives_the_defaults()
    {
        var config = BrokerConfig.Parse([]);

        Assert.Equal(1, config.Get(BrokerKeys.BrokerId));
        Assert.Equal(["./data"], config.Get(BrokerKeys.LogDirs));
        Assert.Equal(new Listener("PLAINTEXT", "127.0.0.1", 9092), Assert.Single(config.Listeners));
        Assert.True(config.AdvertisedListeners.IsEmpty);
        Assert.Equal(LogConfig.Default, config.LogDefaults);
        Assert.Empty(config.Ignored);
    }

    [Fact]
    public void The_later_of_two_values_wins()
    {
        var config = BrokerConfig.Parse(
            [new("num.partitions", "3", "file"), new("num.partitions", "7", "command line")]);

        Assert.Equal(7, config.Get(BrokerKeys.NumPartitions));
    }

    [Theory]
    [InlineData("num.partitions", "abc", "num.partitions=abc (here): not a whole number; allowed: a whole number")]
    [InlineData("num.partitions", "0", "num.partitions=0 (here): out of range; allowed: a whole number, at least 1")]
    [InlineData("num.partitions", "99999999999", "num.partitions=99999999999 (here): not a whole number")]
    [InlineData("auto.create.topics.enable", "yes", "not true or false")]
    [InlineData("log.cleanup.policy", "delete,shred", "allowed: a list separated by commas, of compact, delete")]
    [InlineData("log.cleanup.policy", "", "allowed: a list separated by commas, of compact, delete")]
    [InlineData("compression.type", "brotli", "one of uncompressed, zstd, lz4, snappy, gzip, producer")]
    [InlineData("compression.gzip.level", "0", "-1, or 1 to 9")]
    [InlineData("log.cleaner.min.cleanable.ratio", "NaN", "not a number")]
    [InlineData("num.partitons", "3", "num.partitons=3 (here): unknown setting; did you mean num.partitions?")]
    [InlineData("retention.ms", "3", "it is a topic setting; the broker's default for it is log.retention.ms")]
    [InlineData("xyzzy.plugh", "3", "docs/configuration.md lists the names")]
    [InlineData("log.dirs", " , ", "no folder; name at least one")]
    [InlineData("log.dirs", "/a,/b,/a", "a folder stands there twice")]
    [InlineData("group.min.session.timeout.ms", "2000000",
        "must not be above group.max.session.timeout.ms, which is 1800000")]
    [InlineData("group.consumer.session.timeout.ms", "30000",
        "must not be below group.consumer.min.session.timeout.ms, which is 45000")]
    [InlineData("group.consumer.session.timeout.ms", "70000",
        "must not be above group.consumer.max.session.timeout.ms, which is 60000")]
    [InlineData("group.consumer.heartbeat.interval.ms", "3000",
        "must not be below group.consumer.min.heartbeat.interval.ms, which is 5000")]
    [InlineData("group.consumer.min.heartbeat.interval.ms", "20000",
        "must not be above group.consumer.max.heartbeat.interval.ms, which is 15000")]
    [InlineData("group.consumer.assignors", "sticky", "of uniform, range")]
    [InlineData("offsets.topic.compression.codec", "5", "0 to 4")]
    [InlineData("process.roles", "controller", "this process is always a broker")]
    [InlineData("listener.name.plaintext.max.connections", "3", "settings for one listener are not supported yet")]
    public void A_setting_that_cannot_be_used_is_named_with_its_value_origin_and_what_is_allowed(
        string name, string value, string expected)
    {
        var message = Refusal((name, value));

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_heartbeat_interval_is_shorter_than_a_session() => Assert.Contains(
        "must be less than group.consumer.session.timeout.ms, which is 50000",
        Refusal(
            ("group.consumer.heartbeat.interval.ms", "50000"),
            ("group.consumer.max.heartbeat.interval.ms", "50000"),
            ("group.consumer.session.timeout.ms", "50000")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("ssl.keystore.location", "/etc/keys.jks")]
    [InlineData("sasl.enabled.mechanisms", "PLAIN")]
    [InlineData("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")]
    [InlineData("security.inter.broker.protocol", "SSL")]
    [InlineData("create.topic.policy.class.name", "com.example.Policy")]
    [InlineData("remote.log.storage.system.enable", "true")]
    public void Protection_that_is_not_here_stops_the_start(string name, string value)
        => Assert.Contains("not supported yet", Refusal((name, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("sasl.enabled.mechanisms", "GSSAPI")]
    [InlineData("security.inter.broker.protocol", "PLAINTEXT")]
    [InlineData("authorizer.class.name", "")]
    [InlineData("ssl.client.auth", "none")]
    public void The_default_of_a_refused_setting_may_be_written(string name, string value)
        => Assert.NotNull(BrokerConfig.Parse([new ConfigInput(name, value, "here")]));

    [Theory]
    [InlineData("ssl.keystore.password")]
    [InlineData("sasl.jaas.config")]
    [InlineData("ssl.keystore.pasword.password")]
    [InlineData("listener.name.external.ssl.key.password")]
    public void A_secret_is_never_part_of_the_message(string name)
    {
        var message = Refusal((name, "hunter2"));

        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        Assert.Contains("[hidden]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_without_effect_are_accepted_and_named()
    {
        var config = BrokerConfig.Parse(
        [
            new ConfigInput("zookeeper.connect", "localhost:2181", "server.properties line 9"),
            new ConfigInput("num.io.threads", "8", "server.properties line 2"),
            new ConfigInput("group.share.max.size", "10", "server.properties line 3"),
        ]);

        Assert.Equal(
            ["group.share.max.size", "num.io.threads", "zookeeper.connect"],
            config.Ignored.Select(ignored => ignored.Name));
        Assert.Equal("server.properties line 9", config.Ignored[2].Origin);
        Assert.All(config.Ignored, ignored => Assert.NotEmpty(ignored.Reason));
    }

    [Fact]
    public void A_setting_without_effect_is_checked_all_the_same()
        => Assert.Contains("at least 1", Refusal(("num.io.threads", "0")), StringComparison.Ordinal);

    [Fact]
    public void Node_id_is_another_name_for_broker_id()
    {
        Assert.Equal(4, BrokerConfig.Parse([new ConfigInput("node.id", "4", "here")]).Get(BrokerKeys.BrokerId));
        Assert.Contains("says otherwise", Refusal(("broker.id", "1"), ("node.id", "2")), StringComparison.Ordinal);
        Assert.Equal(2, Parse(("broker.id", "2"), ("node.id", "2")).Get(BrokerKeys.BrokerId));
    }

    [Fact]
    public void Log_dirs_wins_over_log_dir()
    {
        Assert.Equal(["/one"], Parse(("log.dir", "/one")).Get(BrokerKeys.LogDirs));
        Assert.Equal(["/a", "/b"], Parse(("log.dir", "/one"), ("log.dirs", "/a, /b")).Get(BrokerKeys.LogDirs));
    }

    [Fact]
    public void A_combined_KRaft_properties_file_starts_a_broker()
    {
        var config = Parse(
            ("process.roles", "broker,controller"),
            ("node.id", "1"),
            ("controller.quorum.bootstrap.servers", "localhost:9093"),
            ("listeners", "PLAINTEXT://:9092,CONTROLLER://:9093"),
            ("inter.broker.listener.name", "PLAINTEXT"),
            ("advertised.listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093"),
            ("controller.listener.names", "CONTROLLER"),
            ("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"),
            ("log.dirs", "/tmp/kraft-combined-logs"));

        Assert.Equal(["PLAINTEXT://:9092"], config.Listeners.Select(listener => listener.ToString()));
        Assert.Equal(["PLAINTEXT://localhost:9092"], config.AdvertisedListeners.Select(each => each.ToString()));
    }

    [Fact]
    public void A_value_set_at_run_time_wins_over_the_file_and_one_brokers_over_all_brokers()
    {
        var start = Parse(("log.retention.ms", "1000"), ("log.cleaner.threads", "2"));
        var changed = start.WithDynamic(
            new Dictionary<string, string> { ["log.retention.ms"] = "2000", ["log.cleaner.threads"] = "3" },
            new Dictionary<string, string> { ["log.retention.ms"] = "3000" });

        Assert.Equal(3000, changed.LogDefaults.RetentionMs);
        Assert.Equal(3, changed.Get(BrokerKeys.LogCleanerThreads));
        Assert.Equal(1000, start.LogDefaults.RetentionMs);
        Assert.Equal(1000, changed.WithDynamic(Empty, Empty).LogDefaults.RetentionMs);
    }

    [Fact]
    public void A_stored_value_that_this_version_cannot_read_leaves_the_next_layer_in_force()
    {
        var config = BrokerConfig.Parse([]).WithDynamic(
            new Dictionary<string, string>
            {
                ["log.retention.ms"] = "soon",
                ["of.a.later.version"] = "1",
                ["num.partitions"] = "9",
            },
            Empty);

        Assert.Equal(LogConfig.Default, config.LogDefaults);
        Assert.Equal(1, config.Get(BrokerKeys.NumPartitions));
    }

    [Theory]
    [InlineData("log.retention.ms", "1000", true, null)]
    [InlineData("log.retention.ms", null, true, null)]
    [InlineData("log.retention.ms", "x", true, "Invalid value x for configuration log.retention.ms")]
    [InlineData("num.partitions", "3", false, "Cannot update num.partitions dynamically")]
    [InlineData("log.retentoin.ms", "3", false, "name: log.retentoin.ms; did you mean log.retention.ms?")]
    [InlineData("ssl.keystore.location", "/x", false, "not supported yet")]
    [InlineData("ssl.keystore.location", "/x", true, "can only be set for one broker")]
    public void A_change_at_run_time_is_checked(string name, string? value, bool forAllBrokers, string? expected)
    {
        var problem = BrokerConfig.ValidateDynamic(name, value, forAllBrokers);

        if (expected is null)
        {
            Assert.Null(problem);
        }
        else
        {
            Assert.Contains(expected, problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_topic_key_or_an_ignored_key_has_no_value_on_the_broker()
        => Assert.Throws<ArgumentException>(() => BrokerConfig.Parse([]).Get(TopicKeys.RetentionMs));

    [Fact]
    public void Recompression_is_told_with_its_level()
    {
        Assert.Null(BrokerConfig.Parse([]).LogDefaults.Compression);
        var gzip = Parse(("compression.type", "gzip")).LogDefaults;
        Assert.Equal((CompressionCodec.Gzip, null), (gzip.Compression, gzip.CompressionLevel));
        var zstd = Parse(("compression.type", "zstd"), ("compression.zstd.level", "9")).LogDefaults;
        Assert.Equal((CompressionCodec.Zstd, 9), (zstd.Compression, zstd.CompressionLevel));
        Assert.Equal(CompressionCodec.None, Parse(("compression.type", "uncompressed")).LogDefaults.Compression);
    }

    private static Dictionary<string, string> Empty => [];

    private static BrokerConfig Parse(params (string Name, string Value)[] settings)
        => BrokerConfig.Parse(settings.Select(setting => new ConfigInput(setting.Name, setting.Value, "here")));

    private static string Refusal(params (string Name, string Value)[] settings)
        => Assert.Throws<ConfigurationException>(() => Parse(settings)).Message;
}
