using ActorBroker.Core.Producers;

namespace ActorBroker.Core.Replication;

/// <summary>What a <see cref="FollowerMachine"/> begins with.</summary>
public sealed record FollowerStart
{
    /// <summary>The latest leadership that this replica knows of.</summary>
    public required int LeaderEpoch { get; init; }

    /// <summary>The opened log's end.</summary>
    public required long LogEndOffset { get; init; }

    /// <summary>The last known high watermark; not below the log's start.</summary>
    public required long HighWatermark { get; init; }

    /// <summary>The producers that the log's recovery rebuilt.</summary>
    public required ProducerTable Producers { get; init; }
}
