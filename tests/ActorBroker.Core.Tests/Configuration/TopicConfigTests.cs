using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Configuration;

/// <summary>A topic's overrides stand over the broker's values, in whatever unit those are written.</summary>
public sealed class TopicConfigTests
{
    [Theory]
    [InlineData("log.retention.hours", "2", 7_200_000L)]
    [InlineData("log.retention.hours", "-1", -1L)]
    [InlineData("log.retention.minutes", "5", 300_000L)]
    [InlineData("log.retention.ms", "7", 7L)]
    [InlineData("log.retention.ms", "-1", -1L)]
    public void Retention_may_be_written_in_any_unit(string name, string value, long expected)
        => Assert.Equal(expected, Parse((name, value)).LogDefaults.RetentionMs);

    [Fact]
    public void The_finer_unit_wins()
    {
        var config = Parse(
            ("log.retention.ms", "1"), ("log.retention.minutes", "2"), ("log.retention.hours", "3"),
            ("log.roll.hours", "4"), ("log.roll.jitter.hours", "5"), ("log.flush.scheduler.interval.ms", "6"));

        Assert.Equal(1, config.LogDefaults.RetentionMs);
        Assert.Equal(4 * 3_600_000L, config.LogDefaults.SegmentMs);
        Assert.Equal(5 * 3_600_000L, config.LogDefaults.SegmentJitterMs);
        Assert.Equal(6, config.LogDefaults.FlushMs);
    }

    [Fact]
    public void Every_topic_setting_reaches_the_log()
    {
        var config = BrokerConfig.Parse([]).ForTopic(new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact",
            ["compression.type"] = "lz4",
            ["compression.lz4.level"] = "3",
            ["delete.retention.ms"] = "1",
            ["file.delete.delay.ms"] = "2",
            ["flush.messages"] = "3",
            ["flush.ms"] = "4",
            ["index.interval.bytes"] = "5",
            ["max.compaction.lag.ms"] = "7",
            ["max.message.bytes"] = "8",
            ["message.timestamp.after.max.ms"] = "9",
            ["message.timestamp.before.max.ms"] = "10",
            ["message.timestamp.type"] = "LogAppendTime",
            ["min.cleanable.dirty.ratio"] = "0.25",
            ["min.compaction.lag.ms"] = "6",
            ["min.insync.replicas"] = "2",
            ["preallocate"] = "true",
            ["retention.bytes"] = "11",
            ["retention.ms"] = "12",
            ["segment.bytes"] = "14",
            ["segment.index.bytes"] = "15",
            ["segment.jitter.ms"] = "16",
            ["segment.ms"] = "17",
            ["unclean.leader.election.enable"] = "true",
            ["leader.replication.throttled.replicas"] = "0:1,2:3",
            ["follower.replication.throttled.replicas"] = "*",
        });

        Assert.Equal(
            new LogConfig
            {
                Compact = true,
                Delete = false,
                Compression = CompressionCodec.Lz4,
                CompressionLevel = 3,
                DeleteRetentionMs = 1,
                FileDeleteDelayMs = 2,
                FlushMessages = 3,
                FlushMs = 4,
                IndexIntervalBytes = 5,
                MinCompactionLagMs = 6,
                MaxCompactionLagMs = 7,
                MaxMessageBytes = 8,
                TimestampAfterMaxMs = 9,
                TimestampBeforeMaxMs = 10,
                MessageTimestampType = TimestampType.LogAppendTime,
                MinCleanableDirtyRatio = 0.25,
                MinInsyncReplicas = 2,
                Preallocate = true,
                RetentionBytes = 11,
                RetentionMs = 12,
                SegmentBytes = 14,
                SegmentIndexBytes = 15,
                SegmentJitterMs = 16,
                SegmentMs = 17,
                UncleanLeaderElection = true,
                LeaderThrottled = ThrottledReplicas.Read(["2:3", "0:1"]),
                FollowerThrottled = ThrottledReplicas.Read(["*"]),
            },
            config);
    }

    [Fact]
    public void The_older_timestamp_limit_stands_where_the_newer_ones_do_not()
    {
        var config = BrokerConfig.Parse([]).ForTopic(new Dictionary<string, string>
        {
            ["message.timestamp.difference.max.ms"] = "50",
            ["message.timestamp.after.max.ms"] = "5",
        });

        Assert.Equal((50, 5), (config.TimestampBeforeMaxMs, config.TimestampAfterMaxMs));
    }

    [Theory]
    [InlineData("leader.replication.throttled.replicas", "0:1,2", "partition:broker,partition:broker,... or *")]
    [InlineData("retention.ms", "7 days", "Invalid value 7 days for configuration retention.ms: not a whole number")]
    [InlineData("retention.msec", "7", "Unknown topic config name: retention.msec; did you mean retention.ms?")]
    [InlineData("of.no.topic.at.all", "7", "Unknown topic config name: of.no.topic.at.all")]
    [InlineData("cleanup.policy", "shred", "Invalid value shred for configuration cleanup.policy")]
    [InlineData("segment.bytes", "13", "at least 14")]
    [InlineData("remote.storage.enable", "true", "tiered storage is not supported yet")]
    [InlineData("max.compaction.lag.ms", "0", "at least 1")]
    public void A_bad_override_is_named(string name, string value, string expected)
    {
        var overrides = new Dictionary<string, string> { [name] = value };

        Assert.Contains(expected, BrokerConfig.Parse([]).ValidateTopic(overrides), StringComparison.Ordinal);
    }

    [Fact]
    public void Good_overrides_pass_and_contradictory_ones_do_not()
    {
        var config = BrokerConfig.Parse([]);

        Assert.Null(config.ValidateTopic(new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact, delete",
            ["remote.storage.enable"] = "false",
            ["message.format.version"] = "2.8",
        }));
        Assert.Contains(
            "more than max.compaction.lag.ms, which is 5",
            config.ValidateTopic(new Dictionary<string, string>
            {
                ["min.compaction.lag.ms"] = "6",
                ["max.compaction.lag.ms"] = "5",
            }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_override_that_this_version_cannot_read_counts_as_absent()
        => Assert.Equal(
            LogConfig.Default,
            BrokerConfig.Parse([]).ForTopic(new Dictionary<string, string> { ["retention.ms"] = "x", ["new"] = "1" }));

    private static BrokerConfig Parse(params (string Name, string Value)[] settings)
        => BrokerConfig.Parse(settings.Select(setting => new ConfigInput(setting.Name, setting.Value, "here")));
}
