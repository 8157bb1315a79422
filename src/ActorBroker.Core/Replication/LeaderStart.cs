using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Producers;

namespace ActorBroker.Core.Replication;

/// <summary>What a <see cref="LeaderMachine"/> begins with: the catalogue's facts and the opened log's.</summary>
/// <remarks>
/// A leadership may go on with a new machine only on a log that has lost nothing that it ever held in this leadership:
/// followers may have it. Otherwise the partition needs <see cref="PartitionStates.LoseRecords"/> first. And a replica
/// that has taken appends of a later leadership never begins an earlier one, however late the catalogue's feed is.
/// </remarks>
public sealed record LeaderStart
{
    /// <summary>This broker.</summary>
    public required int BrokerId { get; init; }

    /// <summary>The epoch of this broker's life.</summary>
    public required long BrokerEpoch { get; init; }

    /// <summary>The opened log's end.</summary>
    public required long LogEndOffset { get; init; }

    /// <summary>The last known high watermark; neither below the log's start nor above its end.</summary>
    public required long HighWatermark { get; init; }

    /// <summary>Everything below is on the disk for sure.</summary>
    public long FlushedOffset { get; init; }

    /// <summary>What the catalogue records: this broker leads, in this leadership, and is in sync.</summary>
    public required PartitionState State { get; init; }

    /// <summary>Version of the catalogue document that <see cref="State"/> comes from.</summary>
    public long CatalogueVersion { get; init; }

    /// <summary><c>min.insync.replicas</c>: nothing is committed while fewer are in sync.</summary>
    public int MinInsyncReplicas { get; init; } = 1;

    /// <summary>The producers that the log's recovery rebuilt.</summary>
    public required ProducerTable Producers { get; init; }

    /// <summary>A record counts as held by this broker only when it is flushed (<c>flush.messages=1</c>).</summary>
    public bool CommitNeedsFlush { get; init; }

    /// <summary>
    /// A compare-and-set that an earlier machine of this leadership has under way; null: none. It counts from the
    /// start: the catalogue may record it already.
    /// </summary>
    public PartitionState? Proposed { get; init; }
}
