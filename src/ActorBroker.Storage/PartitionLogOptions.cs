using ActorBroker.Core.Configuration;
using ActorBroker.Core.Producers;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage;

/// <summary>What a log needs to open.</summary>
public sealed record PartitionLogOptions
{
    /// <summary>The partition's folder, <c>.../topic-0</c>; created if absent.</summary>
    public required string Directory { get; init; }

    /// <summary>The disk.</summary>
    public required IFileSystem FileSystem { get; init; }

    /// <summary>The topic's settings.</summary>
    public required LogConfig Config { get; init; }

    /// <summary>
    /// Restored and replayed while the log opens and truncates; asked for a snapshot on roll and clean close.
    /// </summary>
    public required IProducerState Producers { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where recoveries, cuts and removals are reported.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>What is measured; null: nothing.</summary>
    public StorageInstruments? Instruments { get; init; }

    /// <summary>The topic's id; empty: unknown, neither checked nor written.</summary>
    public Guid TopicId { get; init; }

    /// <summary>From the checkpoint: everything below is flushed.</summary>
    public long RecoveryPoint { get; init; }

    /// <summary>The previous stop was clean: no scan.</summary>
    public bool CleanShutdown { get; init; }

    /// <summary>From the checkpoint: where DeleteRecords moved the log's start.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>
    /// The latest leadership that anybody has told of. A scanned record of a later one is damaged: no checksum covers a
    /// batch's leader epoch, and a log that claims one which never was would depose whoever leads.
    /// </summary>
    public int LatestLeaderEpoch { get; init; } = int.MaxValue;
}
