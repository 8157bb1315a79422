using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>What is wrong with one record of a batch.</summary>
/// <param name="Index">The record's index in its batch, from 0.</param>
/// <param name="Message">What is wrong.</param>
public readonly record struct BatchRecordError(int Index, string Message);

/// <summary>Whether a produced batch may be stored.</summary>
/// <param name="Error">None, or the code for the client.</param>
/// <param name="Message">The reason in words.</param>
/// <param name="RecordErrors">The offending records, where single ones are at fault; at most a hundred.</param>
/// <param name="MaxTimestampMs">Of a batch that may be stored: the largest timestamp of its records.</param>
public readonly record struct BatchVerdict(
    ErrorCode Error,
    string? Message = null,
    IReadOnlyList<BatchRecordError>? RecordErrors = null,
    long MaxTimestampMs = -1)
{
    /// <summary>It may.</summary>
    public bool IsValid => Error == ErrorCode.None;
}
