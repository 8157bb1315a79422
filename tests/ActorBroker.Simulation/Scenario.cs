using System.Globalization;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;

namespace ActorBroker.Simulation;

/// <summary>What kind of run a seed makes: drawn once, at its start.</summary>
internal sealed class Scenario
{
    private readonly Dictionary<(Guid Topic, long Version), LogConfig> _configs = [];

    public Scenario(Rng random, bool hasGroups)
    {
        Brokers = random.Between(3, 5);
        FaultyUs = random.Between(2_000, 6_000) * 1_000L;
        FaultEveryUs = random.Between(60, 400) * 1_000;
        LagMaxMs = random.Between(200, 600);
        LeaseMs = random.Between(150, 500);
        DropRate = random.Chance(0.5) ? 0.02 : 0;
        RepeatRate = random.Chance(0.5) ? 0.05 : 0;
        DetourRate = random.Chance(0.5) ? 0.05 : 0;
        CatalogueLossRate = random.Chance(0.4) ? 0.05 : 0;
        var topics = random.Between(1, 2);
        Topics = [.. Enumerable.Range(0, topics).Select(number => new TopicPlan(number, Brokers, random))];

        // Behind all other draws: without groups a seed makes the run that it made before there were any.
        OffsetsTopic = hasGroups ? new TopicPlan(random) : null;
        AllTopics = OffsetsTopic is null ? Topics : [.. Topics, OffsetsTopic];
    }

    public int Brokers { get; }

    /// <summary>How long things go wrong.</summary>
    public long FaultyUs { get; }

    /// <summary>A fault begins about this often.</summary>
    public int FaultEveryUs { get; }

    /// <summary><c>replica.lag.time.max.ms</c>.</summary>
    public int LagMaxMs { get; }

    public int LeaseMs { get; }

    public double DropRate { get; }

    public double RepeatRate { get; }

    public double DetourRate { get; }

    public double CatalogueLossRate { get; }

    /// <summary>What producers and consumers use.</summary>
    public IReadOnlyList<TopicPlan> Topics { get; }

    /// <summary>What keeps the groups' offsets; null in a run without groups.</summary>
    public TopicPlan? OffsetsTopic { get; }

    public IReadOnlyList<TopicPlan> AllTopics { get; }

    /// <summary>A topic's settings in force.</summary>
    public LogConfig ConfigOf(TopicDocument topic)
    {
        var key = (topic.Id, topic.Version);
        if (!_configs.TryGetValue(key, out var config))
        {
            long Setting(string name, long fallback) => topic.Configs.TryGetValue(name, out var text)
                ? long.Parse(text, CultureInfo.InvariantCulture)
                : fallback;
            config = LogConfig.Default with
            {
                SegmentBytes = (int)Setting("segment.bytes", 4096),
                IndexIntervalBytes = 256,
                RetentionBytes = Setting("retention.bytes", -1),
                FileDeleteDelayMs = 0,
                FlushMessages = Setting("flush.messages", long.MaxValue),
                MinInsyncReplicas = (int)Setting("min.insync.replicas", 1),
                UncleanLeaderElection = Setting("unclean.leader.election.enable", 0) == 1,
            };
            _configs.Add(key, config);
        }

        return config;
    }
}

/// <summary>A topic as it is created.</summary>
internal sealed class TopicPlan
{
    public TopicPlan(int number, int brokers, Rng random)
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"t{number}");
        Partitions = random.Between(1, 2);
        Replicas = Math.Min(brokers, random.Chance(0.75) ? 3 : random.Between(1, 5));
        MinInSync = Replicas == 1 ? 1 : random.Chance(0.8) ? Math.Min(2, Replicas) : random.Between(1, Replicas);
        Flush = random.Chance(0.3);
        Unclean = random.Chance(0.08);
        SegmentBytes = random.Pick([1024, 2048, 4096, 16384]);
        RetentionBytes = random.Chance(0.3) ? 3 * SegmentBytes : -1;
    }

    /// <summary>The topic of the groups' offsets: it is never deleted, cut, or led uncleanly.</summary>
    public TopicPlan(Rng random)
    {
        Name = TopicNames.ConsumerOffsets;
        Partitions = random.Between(1, 3);
        Replicas = 3;
        MinInSync = random.Chance(0.8) ? 2 : random.Between(1, 3);
        Flush = random.Chance(0.3);
        SegmentBytes = random.Pick([2048, 4096, 16384]);
        RetentionBytes = -1;
    }

    public string Name { get; }

    public bool IsInternal => TopicNames.IsInternal(Name);

    public int Partitions { get; }

    public int Replicas { get; }

    public int MinInSync { get; }

    public bool Flush { get; }

    public bool Unclean { get; }

    public int SegmentBytes { get; }

    public int RetentionBytes { get; }
}
