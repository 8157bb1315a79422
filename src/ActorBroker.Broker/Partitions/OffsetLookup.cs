using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

/// <summary>The answer to a lookup by time or by one of ListOffsets' special timestamps.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="TimestampMs">The found record's time; -1 for none and for the special ends.</param>
/// <param name="Offset">The found offset, or -1.</param>
/// <param name="LeaderEpoch">Epoch of the record at that offset, or -1.</param>
public readonly record struct OffsetLookup(
    ErrorCode Error, long TimestampMs = -1, long Offset = -1, int LeaderEpoch = -1);

/// <summary>The answer to DeleteRecords.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="LowWatermark">The partition's first offset now; -1 after an error.</param>
public readonly record struct DeleteRecordsResult(ErrorCode Error, long LowWatermark = -1);
