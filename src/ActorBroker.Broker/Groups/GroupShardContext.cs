using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Groups;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Groups;

/// <summary>What the shards of a broker share.</summary>
internal sealed class GroupShardContext(
    TimeProvider time, ILogger logger, GroupSettings settings, GroupMeters meters, WorkerThreads loaders)
{
    private GroupTopicView _topics = GroupTopicView.None;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public GroupSettings Settings => settings;

    public GroupMeters Meters => meters;

    /// <summary>Threads that read the log when a shard begins.</summary>
    public WorkerThreads Loaders => loaders;

    public MonotonicClock Clock { get; } = new(time);

    /// <summary><c>offsets.commit.timeout.ms</c>.</summary>
    public int CommitTimeoutMs { get; init; }

    /// <summary><c>offsets.load.buffer.size</c>.</summary>
    public int LoadBytes { get; init; }

    /// <summary><c>offsets.topic.compression.codec</c>.</summary>
    public RecordBatchOptions BatchOptions { get; init; } = RecordBatchOptions.Default;

    /// <summary>The topics as of now; any thread.</summary>
    public GroupTopicView Topics
    {
        get => Volatile.Read(ref _topics);
        set => Volatile.Write(ref _topics, value);
    }

    public GroupTime Now => new(Clock.NowMs, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>A coordinator whose decisions fit into this partition's log.</summary>
    public GroupCoordinatorMachine NewMachine(Partition partition) => new(
        settings with { DecisionBytesMax = GroupSettings.DecisionBytesMaxOf(partition.Config) },
        static () => Guid.NewGuid().ToString());
}
