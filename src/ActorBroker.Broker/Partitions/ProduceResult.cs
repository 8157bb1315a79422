using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

/// <summary>The answer to a produce.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="BaseOffset">Offset of the batch's first record; -1 after an error.</param>
/// <param name="LogAppendTimeMs">The broker's time under LogAppendTime, else -1.</param>
/// <param name="LogStartOffset">The partition's first offset, or -1.</param>
/// <param name="Message">What was wrong, for the client.</param>
/// <param name="RecordErrors">Which records were wrong.</param>
public readonly record struct ProduceResult(
    ErrorCode Error,
    long BaseOffset = -1,
    long LogAppendTimeMs = -1,
    long LogStartOffset = -1,
    string? Message = null,
    IReadOnlyList<RecordError>? RecordErrors = null);

/// <summary>A refused record of a produced batch.</summary>
/// <param name="BatchIndex">Index of the record in its batch.</param>
/// <param name="Message">What was wrong.</param>
public readonly record struct RecordError(int BatchIndex, string? Message);
