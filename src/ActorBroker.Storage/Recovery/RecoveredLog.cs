using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Recovery;

/// <summary>What opening a folder found.</summary>
internal sealed record RecoveredLog(
    LogSegment[] Segments,
    LeaderEpochCache Epochs,
    ProducerSnapshots Snapshots,
    IReadOnlyList<LogSegment> Dropped,
    long LogStartOffset,
    long LogEndOffset,
    bool Changed);
