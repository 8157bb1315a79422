using ActorBroker.Records;
using Topic = ActorBroker.Core.Configuration.TopicKeys;

namespace ActorBroker.Core.Configuration;

/// <summary>A topic's settings: its own overrides over the broker's defaults.</summary>
internal static class TopicConfig
{
    public static LogConfig Build(BrokerConfig broker, IReadOnlyDictionary<string, string> overrides)
    {
        var read = new Reader(broker, overrides);
        var policy = read.Get(Topic.CleanupPolicy);
        var (codec, level) = Compression(read);
        var difference = read.Get(Topic.MessageTimestampDifferenceMaxMs);
        return new LogConfig
        {
            SegmentBytes = read.Get(Topic.SegmentBytes),
            SegmentMs = read.Get(Topic.SegmentMs),
            SegmentJitterMs = read.Get(Topic.SegmentJitterMs),
            SegmentIndexBytes = read.Get(Topic.SegmentIndexBytes),
            IndexIntervalBytes = read.Get(Topic.IndexIntervalBytes),
            RetentionMs = read.Get(Topic.RetentionMs),
            RetentionBytes = read.Get(Topic.RetentionBytes),
            FileDeleteDelayMs = read.Get(Topic.FileDeleteDelayMs),
            Delete = policy.Contains("delete"),
            Compact = policy.Contains("compact"),
            DeleteRetentionMs = read.Get(Topic.DeleteRetentionMs),
            MinCleanableDirtyRatio = read.Get(Topic.MinCleanableDirtyRatio),
            MinCompactionLagMs = read.Get(Topic.MinCompactionLagMs),
            MaxCompactionLagMs = read.Get(Topic.MaxCompactionLagMs),
            FlushMessages = read.Get(Topic.FlushMessages),
            FlushMs = read.Get(Topic.FlushMs),
            MaxMessageBytes = read.Get(Topic.MaxMessageBytes),
            MessageTimestampType = read.Get(Topic.MessageTimestampType) == "LogAppendTime"
                ? TimestampType.LogAppendTime
                : TimestampType.CreateTime,
            TimestampBeforeMaxMs = Unless(read.Get(Topic.MessageTimestampBeforeMaxMs), difference),
            TimestampAfterMaxMs = Unless(read.Get(Topic.MessageTimestampAfterMaxMs), difference),
            Compression = codec,
            CompressionLevel = level,
            MinInsyncReplicas = read.Get(Topic.MinInsyncReplicas),
            UncleanLeaderElection = read.Get(Topic.UncleanLeaderElectionEnable),
            Preallocate = read.Get(Topic.Preallocate),
            LeaderThrottled = ThrottledReplicas.Read(read.Get(Topic.LeaderThrottledReplicas)),
            FollowerThrottled = ThrottledReplicas.Read(read.Get(Topic.FollowerThrottledReplicas)),
        };
    }

    /// <summary>
    /// What is wrong with the overrides, in the words of an answer to a client; null when nothing is.
    /// </summary>
    public static string? Validate(BrokerConfig broker, IReadOnlyDictionary<string, string> overrides)
    {
        foreach (var (name, text) in overrides)
        {
            if (!ConfigCatalogue.TryGetTopic(name, out var key))
            {
                var (nearest, distance) = ConfigCatalogue.Nearest(name, ConfigCatalogue.TopicSettings);
                return distance <= Math.Max(2, name.Length / 3)
                    ? $"Unknown topic config name: {name}; did you mean {nearest}?"
                    : $"Unknown topic config name: {name}";
            }

            if (BrokerConfigReader.Problem(key, text) is { } problem)
            {
                return problem;
            }
        }

        var config = Build(broker, overrides);
        return config.MinCompactionLagMs > config.MaxCompactionLagMs
            ? $"Invalid value {config.MinCompactionLagMs} for configuration min.compaction.lag.ms: more than "
                + $"max.compaction.lag.ms, which is {config.MaxCompactionLagMs}"
            : null;
    }

    /// <summary>The value that a topic without its own takes from the broker.</summary>
    public static object? BrokerValue(BrokerConfig broker, ConfigKey key)
    {
        foreach (var synonym in key.BrokerSynonyms)
        {
            if (broker.Value(synonym.Key) is { } value)
            {
                return synonym.Factor == 1 ? value : Scale(value, synonym.Factor);
            }
        }

        return key.DefaultValue;
    }

    private static long Unless(long limit, long older) => limit == long.MaxValue ? older : limit;

    // A negative time means "no limit" in every unit.
    private static object Scale(object value, long factor)
    {
        var number = (int)value;
        return number < 0 ? -1L : number * factor;
    }

    private static (CompressionCodec? Codec, int? Level) Compression(Reader read)
        => read.Get(Topic.CompressionType) switch
        {
            "uncompressed" => (CompressionCodec.None, null),
            "gzip" => (CompressionCodec.Gzip, read.Get(Topic.CompressionGzipLevel) is > 0 and var level ? level : null),
            "snappy" => (CompressionCodec.Snappy, null),
            "lz4" => (CompressionCodec.Lz4, read.Get(Topic.CompressionLz4Level)),
            "zstd" => (CompressionCodec.Zstd, read.Get(Topic.CompressionZstdLevel)),
            _ => (null, null),
        };

    private readonly struct Reader(BrokerConfig broker, IReadOnlyDictionary<string, string> overrides)
    {
        public T Get<T>(ConfigKey<T> key)
            => overrides.TryGetValue(key.Name, out var text) && key.TryRead(text, out var value, out _, out _)
                ? (T)value!
                : (T)BrokerValue(broker, key)!;
    }
}
